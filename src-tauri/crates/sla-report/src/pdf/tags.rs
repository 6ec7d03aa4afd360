//! The structure tree: what a reader of the document without eyes goes through.

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use super::finish::{name, text};

/// What a table cell is a head of.
#[derive(Clone, Copy)]
pub(super) enum HeadOf {
    Column,
    Row,
}

enum Kid {
    Element(usize),
    /// Marked content: page and number on that page.
    Content(usize, i64),
    /// A link: its number in the document.
    Link(usize),
}

struct Element {
    tag: &'static str,
    description: Option<String>,
    /// What its content says, where the content itself says it several times.
    said_once: Option<String>,
    head_of: Option<HeadOf>,
    kids: Vec<Kid>,
}

impl Element {
    fn new(tag: &'static str) -> Self {
        Self { tag, description: None, said_once: None, head_of: None, kids: Vec::new() }
    }
}

/// The elements, collected while pages are drawn.
pub(super) struct Tags {
    elements: Vec<Element>,
    open: Vec<usize>,
    /// Contents marked so far, for each page.
    marked: Vec<i64>,
}

impl Tags {
    pub(super) fn new() -> Self {
        Self { elements: vec![Element::new("Document")], open: vec![0], marked: Vec::new() }
    }

    pub(super) fn add_page(&mut self) {
        self.marked.push(0);
    }

    /// Opens an element and returns its number.
    pub(super) fn open(&mut self, tag: &'static str) -> usize {
        let element = self.elements.len();
        self.elements.push(Element::new(tag));
        self.current().kids.push(Kid::Element(element));
        self.open.push(element);
        element
    }

    /// Opens an element once more: it goes on on another page.
    pub(super) fn reopen(&mut self, element: usize) {
        self.open.push(element);
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
        assert!(!self.open.is_empty(), "the document itself stays open");
    }

    /// Says in words what the open element shows.
    pub(super) fn describe(&mut self, description: &str) {
        self.current().description = Some(description.to_owned());
    }

    /// Makes the open table cell a head.
    pub(super) fn head(&mut self, of: HeadOf) {
        self.current().head_of = Some(of);
    }

    /// Says what the open element's content says, however often it is drawn.
    pub(super) fn say_once(&mut self, text: &str) {
        self.current().said_once = Some(text.to_owned());
    }

    /// Counts a link to the open element.
    pub(super) fn link(&mut self, link: usize) {
        self.current().kids.push(Kid::Link(link));
    }

    /// Counts another content of the last page to the open element: its tag and its number on the page.
    pub(super) fn mark(&mut self) -> (&'static str, i64) {
        let page = self.marked.len() - 1;
        let number = self.marked[page];
        self.marked[page] += 1;
        let current = self.current();
        current.kids.push(Kid::Content(page, number));
        (current.tag, number)
    }

    fn current(&mut self) -> &mut Element {
        let current = *self.open.last().expect("the document itself stays open");
        &mut self.elements[current]
    }

    /// Key of a link in the parent tree; pages come first.
    pub(super) fn link_key(&self, link: usize) -> i64 {
        i64::try_from(self.marked.len() + link).unwrap_or(i64::MAX)
    }

    /// Writes the tree and returns its root. Every link has its page and its annotation.
    pub(super) fn write(&self, document: &mut Document, pages: &[ObjectId], links: &[(usize, ObjectId)]) -> ObjectId {
        let ids: Vec<ObjectId> = self.elements.iter().map(|_| document.new_object_id()).collect();
        let root = document.new_object_id();
        let mut parents = vec![root; ids.len()];
        let mut content_parents: Vec<Vec<Object>> =
            self.marked.iter().map(|count| vec![Object::Null; usize::try_from(*count).unwrap_or(0)]).collect();
        let mut link_parents = vec![root; links.len()];
        for (index, element) in self.elements.iter().enumerate() {
            for kid in &element.kids {
                match *kid {
                    Kid::Element(kid) => parents[kid] = ids[index],
                    Kid::Link(link) => link_parents[link] = ids[index],
                    Kid::Content(page, number) => {
                        let number = usize::try_from(number).expect("numbers count from 0");
                        content_parents[page][number] = Object::Reference(ids[index]);
                    }
                }
            }
        }
        for (index, element) in self.elements.iter().enumerate() {
            let written = element.write(parents[index], &ids, pages, links);
            document.set_object(ids[index], written);
        }
        let mut numbers = Vec::with_capacity(2 * pages.len());
        for (page, parents) in (0_i64..).zip(content_parents) {
            numbers.push(Object::Integer(page));
            numbers.push(Object::Reference(document.add_object(Object::Array(parents))));
        }
        for (link, parent) in link_parents.into_iter().enumerate() {
            numbers.push(Object::Integer(self.link_key(link)));
            numbers.push(Object::Reference(parent));
        }
        let next_key = self.link_key(links.len());
        let parent_tree = document.add_object(dictionary! { "Nums" => Object::Array(numbers) });
        document.set_object(
            root,
            dictionary! {
                "Type" => name("StructTreeRoot"),
                "K" => Object::Array(vec![Object::Reference(ids[0])]),
                "ParentTree" => Object::Reference(parent_tree),
                "ParentTreeNextKey" => next_key,
            },
        );
        root
    }
}

impl Element {
    fn write(&self, parent: ObjectId, ids: &[ObjectId], pages: &[ObjectId], links: &[(usize, ObjectId)]) -> Dictionary {
        let first_page = self.kids.iter().find_map(|kid| match kid {
            Kid::Content(page, _) => Some(*page),
            Kid::Element(_) | Kid::Link(_) => None,
        });
        let kids = self.kids.iter().map(|kid| match *kid {
            Kid::Element(kid) => Object::Reference(ids[kid]),
            Kid::Content(page, number) if Some(page) == first_page => Object::Integer(number),
            Kid::Content(page, number) => Object::Dictionary(dictionary! {
                "Type" => name("MCR"),
                "Pg" => Object::Reference(pages[page]),
                "MCID" => number,
            }),
            Kid::Link(link) => {
                let (page, annotation) = links[link];
                Object::Dictionary(dictionary! {
                    "Type" => name("OBJR"),
                    "Pg" => Object::Reference(pages[page]),
                    "Obj" => Object::Reference(annotation),
                })
            }
        });
        let mut written = dictionary! {
            "Type" => name("StructElem"),
            "S" => name(self.tag),
            "P" => Object::Reference(parent),
            "K" => Object::Array(kids.collect()),
        };
        if let Some(page) = first_page {
            written.set("Pg", Object::Reference(pages[page]));
        }
        if let Some(description) = &self.description {
            written.set("Alt", text(description));
        }
        if let Some(said) = &self.said_once {
            written.set("ActualText", text(said));
        }
        if let Some(of) = self.head_of {
            let scope = match of {
                HeadOf::Column => "Column",
                HeadOf::Row => "Row",
            };
            written.set("A", dictionary! { "O" => name("Table"), "Scope" => name(scope) });
        }
        written
    }
}
