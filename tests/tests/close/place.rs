//! Where documents go is looked at before the month is recorded; what fails afterwards has an exit code of its own and is
//! mended by closing again.

use serde_json::json;

use crate::desk::{Desk, MONTH, desk_of_files, sla};
use crate::held::Held;

fn place(desk: &Desk) -> std::path::PathBuf {
    desk.path("out").join(MONTH)
}

#[test]
fn what_is_in_the_way_is_named_and_nothing_is_recorded() {
    #[track_caller]
    fn check(lay: impl FnOnce(&Desk), name: &str, part: &str) {
        let desk = desk_of_files();
        std::fs::create_dir_all(desk.path("out")).expect("a folder");
        lay(&desk);
        let output = sla(&desk.close());
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &said["error"]["code"]), (Some(1), &json!("file")), "{said}");
        let message = said["error"]["message"].as_str().unwrap_or_default();
        let path = desk.path("out").join(name).display().to_string();
        assert!(message.contains(&path) && message.contains(part), "{message}");
        assert_eq!(desk.verified()["entries"], 0);
        // Moved away, as the message says, the month closes.
        std::fs::rename(&path, desk.path("away")).expect("moved away");
        desk.closes();
        assert_ne!(desk.verified()["entries"], 0);
    }
    let folder = |path: std::path::PathBuf| std::fs::create_dir_all(path).expect("a folder");
    let file = |path: std::path::PathBuf| std::fs::write(path, "mine").expect("a file");
    check(|desk| file(place(desk)), MONTH, "move away what lies there");
    let tenant = |desk: &Desk| {
        folder(place(desk));
        file(place(desk).join("nord"));
    };
    check(tenant, "2026-10/nord", "move away what lies there");
    check(|desk| folder(place(desk).join("portfolio.csv")), "2026-10/portfolio.csv", "move that folder away");
}

/// A month's folder that is another file system, mounted there: no rename leads into it.
#[test]
fn a_folder_on_another_file_system_is_refused_before_the_month_is_recorded() {
    let desk = desk_of_files();
    std::fs::create_dir_all(place(&desk)).expect("a folder");
    let script = r#"mount -t tmpfs tmpfs "$1" && shift && exec "$@""#;
    let mut command = std::process::Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(place(&desk));
    let output = command.arg(sla_acceptance::binary()).args(desk.close()).output().expect("unshare is installed");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &said["error"]["code"]), (Some(1), &json!("file")), "{said}");
    assert!(said["error"]["message"].as_str().is_some_and(|text| text.contains("the same file system")), "{said}");
    assert_eq!(desk.verified()["entries"], 0);
}

#[test]
fn a_month_that_is_recorded_and_not_published_says_so_and_is_mended_by_closing_again() {
    let desk = desk_of_files();
    let held = Held::at(&desk, "publish");
    let recorded = desk.verified();
    assert_ne!(recorded["entries"], 0);
    // While it was being recorded somebody put a folder where a document goes: the tenants' folders are there already.
    let blocking = place(&desk).join("portfolio.csv");
    std::fs::create_dir_all(blocking.join("full")).expect("a folder");
    let (status, said) = held.go();
    assert_eq!(status.code(), Some(5), "{said}");
    for part in ["the month is recorded in the ledger", "portfolio.csv", "closing it again puts the documents in place"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(desk.verified(), recorded);
    assert!(place(&desk).join("nord/report.pdf").is_file() && !place(&desk).join("west").exists(), "half of it");
    std::fs::rename(&blocking, desk.path("away")).expect("moved away");
    let closed = desk.closes();
    assert!(closed["months"].as_array().expect("months").iter().all(|month| month["unchanged"] == true), "{closed}");
    assert_eq!(desk.verified(), recorded);
    let other = desk_of_files();
    other.closes();
    assert!(desk.files("out") == other.files("out"), "as if nothing had been in the way");
}
