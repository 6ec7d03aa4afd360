//! Templates in the window: the preview has its look under the window's policy, and what is saved lies in the desk's folder.

use sla_acceptance::servers::Screen;

use super::desk::look_around_as;
use super::page::Page;

#[tokio::test]
async fn a_letter_is_worded_anew() {
    let screen = Screen::start();
    let page = Page::open(&screen, &[]).await;
    page.press("Open the demo").await;
    page.says("Look around as").await;
    look_around_as(&page, "Mia Berger").await;
    page.go("templates?file=letter-breached.en.md").await;
    page.says("built-in version").await;
    page.find("main iframe[data-drawn]").await;
    let look = "const frame = document.querySelector('main iframe');
        const note = frame.contentDocument.querySelector('.note');
        return [note.textContent, frame.contentWindow.getComputedStyle(note).position]";
    let shown = page.run(look).await;
    assert!(shown[0].as_str().is_some_and(|note| note.contains("all figures are invented")), "{shown}");
    assert!(shown[1].as_str().is_some_and(|position| position.ends_with("sticky")), "{shown}");
    page.run(
        "const text = document.querySelector('.code div').shadowRoot.querySelector('.cm-content');
        text.focus();
        document.execCommand('insertText', false, '{# of this desk #}')",
    )
    .await;
    page.says("The draft stays in this tab").await;
    page.says("No mistakes").await;
    page.picture("template").await;
    page.press("Save").await;
    page.says("Saved. All documents").await;
    page.says("own version").await;
    let files = walk(&screen.home());
    assert!(files.iter().any(|file| file.ends_with("templates/letter-breached.en.md")), "{files:?}");
    page.close(&screen).await;
}

/// Every file below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}
