//! What the page cannot do, whatever runs in it.

use sla_acceptance::servers::Screen;

use super::desk::look_around_as;
use super::page::Page;

#[tokio::test]
async fn the_page_reaches_nothing_but_its_own_commands() {
    let screen = Screen::start_without_keychain();
    let folder = screen.home().join("demo");
    let page = Page::open(&screen, &["--demo", &folder.display().to_string()]).await;
    look_around_as(&page, "Mia Berger").await;

    // Nothing that the page can read holds the secret of the session.
    let kept = page.run("return JSON.stringify({ ...sessionStorage, ...localStorage }) + document.cookie").await;
    assert!(kept.as_str().is_some_and(|kept| kept.contains("kept-by-the-window")), "{kept}");

    // Commands of the system that no capability names.
    let call = |command: &str, content: &str| {
        format!(
            "const done = arguments[arguments.length - 1]; \
             window.__TAURI_INTERNALS__.invoke({command:?}, {content}).then(() => done('done'), (error) => done(String(error)))"
        )
    };
    for (command, content) in [
        ("plugin:dialog|open", "{ options: {} }"),
        ("plugin:opener|open_url", "{ url: 'https://example.com' }"),
        ("plugin:notification|notify", "{ options: { title: 'x' } }"),
        ("plugin:window|close", "{}"),
        ("plugin:event|listen", "{ event: 'x', target: { kind: 'Any' }, handler: 1 }"),
        ("plugin:fs|read_file", "{ path: '/etc/passwd' }"),
        ("plugin:shell|execute", "{ program: 'id' }"),
    ] {
        let said = page.run_async(&call(command, content)).await;
        let said = said.as_str().unwrap_or_default();
        assert!(said.contains("not allowed") || said.contains("not found"), "{command}: {said}");
    }

    // Nothing can give all objects a property.
    let frozen = "try { Object.prototype.isAdmin = true } catch {} \
                  return [Object.isFrozen(Object.prototype), ({}).isAdmin ?? null]";
    assert_eq!(page.run(frozen).await, serde_json::json!([true, null]));

    // No script in the page's text, none from elsewhere, no request to anywhere else.
    page.run(
        "const it = document.createElement('script'); it.textContent = 'window.inline = 1'; document.body.append(it)",
    )
    .await;
    assert_eq!(page.run("return window.inline ?? null").await, serde_json::Value::Null);
    let fetched = "const done = arguments[arguments.length - 1]; \
                   fetch('http://127.0.0.1:9/').then(() => done('answered'), (error) => done(String(error)))";
    let said = page.run_async(fetched).await;
    assert!(said.as_str().is_some_and(|said| !said.contains("answered")), "{said}");
    let refused = "const done = arguments[arguments.length - 1]; \
                   document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true }); \
                   fetch('http://127.0.0.1:9/').catch(() => undefined)";
    assert_eq!(page.run_async(refused).await, "connect-src");

    // A link to elsewhere leaves the window where it is.
    page.run("location.assign('https://example.com/')").await;
    page.find("nav a[aria-current='page']").await;
    page.close(&screen).await;
}
