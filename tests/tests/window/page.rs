//! The window under test: opened on a screen, and read and pressed like a page.

use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use sla_acceptance::servers::Screen;

/// What is not there by then will not be: the demo's month is closed in it, by a program without optimisation.
const WITHIN: Duration = Duration::from_secs(120);

/// A driver that has not answered a single command by then never will: it outlasts every wait of the page.
const ANSWERS_WITHIN: Duration = Duration::from_secs(180);

/// Calls back when an element was at the same place for three frames in a row and is what a press there would meet.
const STILL: &str = r"
    const [element, done] = arguments
    let before = '', still = 0
    const look = () => {
        if (!element.isConnected) return done()
        element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
        const { x, y, width, height } = element.getBoundingClientRect()
        const met = document.elementFromPoint(x + width / 2, y + height / 2)
        const now = met && (element.contains(met) || met.contains(element)) ? [x, y, width, height].join() : ''
        still = now !== '' && now === before ? still + 1 : 0
        before = now
        if (still === 3) done()
        else requestAnimationFrame(look)
    }
    look()
";

/// An open window.
pub(crate) struct Page {
    client: Client,
}

impl Page {
    /// Opens the window with arguments.
    pub(crate) async fn open(screen: &Screen, arguments: &[&str]) -> Self {
        let application = json!({ "application": sla_acceptance::window(), "args": arguments });
        let capabilities: Capabilities = [("tauri:options".to_owned(), application)].into_iter().collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = answered("a window", builder.capabilities(capabilities).connect(&screen.driver())).await;
        let client = client.unwrap_or_else(|error| panic!("no window: {error}\n{}", screen.log()));
        Self { client }
    }

    /// Closes the window and waits until its program has ended: until then another start would hand over to it.
    pub(crate) async fn close(self, screen: &Screen) {
        answered("the window closes", self.client.close()).await.expect("the window closes");
        screen.wait_until_gone("org.sla-desk.desk.SingleInstance");
    }

    /// The first element of a CSS selector, once there is one; the test ends with what the page shows if none comes.
    pub(crate) async fn find(&self, css: &str) -> Element {
        self.first(css, Locator::Css(css)).await
    }

    /// The first of what a locator names, once there is one.
    async fn first(&self, name: &str, locator: Locator<'_>) -> Element {
        let begin = Instant::now();
        loop {
            match answered(name, self.client.wait().at_most(WITHIN).for_element(locator)).await {
                Ok(element) => return element,
                // The page put something else in its place while it was handed over.
                Err(error) if error.is_stale_element_reference() && begin.elapsed() < WITHIN => {}
                Err(error) => panic!("{name}: {error}\n{}", self.seen().await),
            }
        }
    }

    /// Presses the first element of a CSS selector.
    pub(crate) async fn click(&self, css: &str) {
        self.press_one(&format!("{css:?}"), async || self.find(css).await).await;
    }

    /// Presses what is found, and what stands there then when the page put something else in its place before it was pressed.
    async fn press_one(&self, name: &str, found: impl AsyncFn() -> Element) {
        let begin = Instant::now();
        loop {
            let element = found().await;
            self.wait_until_still(&element).await;
            match answered(name, element.click()).await {
                Ok(()) => return,
                Err(error)
                    if (error.is_stale_element_reference() || error.is_no_such_element())
                        && begin.elapsed() < WITHIN => {}
                Err(error) => panic!("{name}: {error}\n{}", self.seen().await),
            }
        }
    }

    /// Waits until an element stays where it is and nothing lies over it. The driver presses a place: what moves on meanwhile, because
    /// something above it has just been read, would be missed without a word.
    async fn wait_until_still(&self, element: &Element) {
        let element = serde_json::to_value(element).expect("an element has a reference");
        let is_still = self.client.execute_async(STILL, vec![element]);
        // One that is gone meanwhile is told by the press.
        drop(answered("an element that stays where it is", is_still).await);
    }

    /// What can be pressed and is called `name`, once it is there.
    pub(crate) async fn button(&self, name: &str) -> Element {
        let path = format!(
            "//*[self::button or self::a or self::label or @role='menuitem' or @role='menuitemradio'][contains(normalize-space(.), \
             {name:?}) or contains(@aria-label, {name:?})]"
        );
        self.first(name, Locator::XPath(&path)).await
    }

    /// Presses what is called `name`.
    pub(crate) async fn press(&self, name: &str) {
        self.press_one(name, async || self.button(name).await).await;
    }

    /// Types into the field that is called `label`.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let path = format!(
            "//label[contains(normalize-space(.), {label:?})]/following-sibling::*[self::input or self::textarea]"
        );
        let field = self.first(label, Locator::XPath(&path)).await;
        answered(label, field.clear()).await.expect("the field can be cleared");
        answered(label, field.send_keys(text)).await.expect("the field can be typed into");
    }

    /// Waits until the page says `text`.
    pub(crate) async fn says(&self, text: &str) {
        let path = format!("//body//*[contains(normalize-space(.), {text:?})]");
        self.first(text, Locator::XPath(&path)).await;
    }

    /// Goes to a page by its address.
    pub(crate) async fn go(&self, place: &str) {
        self.run(&format!("location.hash = {:?}", format!("#/{place}"))).await;
    }

    /// Everything that the page shows as text.
    pub(crate) async fn seen(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script of the test's own in the page.
    pub(crate) async fn run(&self, script: &str) -> Value {
        answered(script, self.client.execute(script, Vec::new()))
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs a script that calls back with what it came to.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        answered(script, self.client.execute_async(script, Vec::new()))
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// A picture of the page, for whoever wants to look: in the folder that `SLA_PICTURES` names.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("SLA_PICTURES") else { return };
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 500)))";
        self.run_async(drawn).await;
        let picture = answered(name, self.client.screenshot()).await.expect("a picture");
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), picture)
            .expect("the picture is written");
    }
}

/// What the driver answers; the test ends when it says nothing.
async fn answered<T>(name: &str, answer: impl Future<Output = T>) -> T {
    let answer = tokio::time::timeout(ANSWERS_WITHIN, answer).await;
    answer.unwrap_or_else(|_| panic!("{name}: the driver of the window has not answered for {ANSWERS_WITHIN:?}"))
}
