//! Links that open a page of the window: `sla-desk://credits?month=2026-10` is the page `#/credits?month=2026-10`.

use tauri::Url;

/// What links begin with.
const SCHEME: &str = "sla-desk";

/// The fragment of the page that a link leads to.
///
/// # Errors
/// Why it is no link of this program.
pub(crate) fn fragment(link: &str) -> Result<String, String> {
    let url = Url::parse(link).map_err(|error| format!("{link:?} is no link: {error}"))?;
    if url.scheme() != SCHEME {
        return Err(format!("{link:?} leads elsewhere; expected {SCHEME}://PAGE, such as {SCHEME}://credits"));
    }
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("/{}{}{query}", url.host_str().unwrap_or_default(), url.path().trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_pages() {
        #[track_caller]
        fn check(link: &str, expected: Result<&str, &str>) {
            match (fragment(link), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
                (found, _) => panic!("{link}: {found:?}"),
            }
        }
        check("sla-desk://credits", Ok("/credits"));
        check("sla-desk://credits/", Ok("/credits"));
        check("sla-desk://credits?month=2026-10", Ok("/credits?month=2026-10"));
        check(
            "sla-desk://months/nordlicht/nordlicht-platform?month=2026-10",
            Ok("/months/nordlicht/nordlicht-platform?month=2026-10"),
        );
        check("sla-desk:///", Ok("/"));
        check("https://example.com/credits", Err("leads elsewhere"));
        check("credits", Err("is no link"));
    }
}
