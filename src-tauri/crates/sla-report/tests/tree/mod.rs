//! Reads the structure of a PDF and says what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

type Checked<T> = Result<T, String>;

/// What a document's structure holds.
#[derive(Default)]
pub(crate) struct Tree {
    tags: BTreeMap<String, usize>,
    /// Levels of the headings, in reading order.
    pub(crate) headings: Vec<u8>,
    pub(crate) tables: Vec<TableShape>,
    /// Links with an annotation.
    pub(crate) links: usize,
    /// Levels of the outline.
    pub(crate) depth: usize,
}

pub(crate) struct TableShape {
    pub(crate) rows: usize,
    /// The pages that its rows are on, and those that its head is on.
    pub(crate) row_pages: BTreeSet<ObjectId>,
    pub(crate) head_pages: BTreeSet<ObjectId>,
}

/// A marked content: its page and its number there.
type Mark = (ObjectId, i64);

struct Reader<'a> {
    document: &'a Document,
    tree: Tree,
    /// Which element each mark and each annotation is found in, by walking down.
    marks: BTreeMap<Mark, ObjectId>,
    annotations: BTreeMap<ObjectId, ObjectId>,
}

impl Tree {
    pub(crate) fn checked(bytes: &[u8]) -> Checked<Self> {
        Self::checked_with(bytes, <[u8]>::to_vec)
    }

    /// The same, with every page's content changed first.
    pub(crate) fn checked_with(bytes: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Checked<Self> {
        let document = Document::load_mem(bytes).map_err(told)?;
        let catalogue = document.catalog().map_err(told)?;
        let root = dictionary(&document, catalogue, b"StructTreeRoot")?;
        let mut reader =
            Reader { document: &document, tree: Self::default(), marks: BTreeMap::new(), annotations: BTreeMap::new() };
        let root_id = catalogue.get(b"StructTreeRoot").and_then(Object::as_reference).map_err(told)?;
        for kid in root.get(b"K").and_then(Object::as_array).map_err(told)? {
            reader.element(kid.as_reference().map_err(told)?, root_id)?;
        }
        let parents = parent_tree(&document, root)?;
        for page in document.get_pages().into_values() {
            reader.page(page, &parents, &change)?;
        }
        let mut tree = reader.tree;
        let mut level = 0;
        for heading in &tree.headings {
            if *heading > level + 1 {
                return Err(format!("a heading of level {heading} follows one of level {level}"));
            }
            level = *heading;
        }
        if let Ok(outlines) = dictionary(&document, catalogue, b"Outlines") {
            tree.depth = outline(&document, outlines)?;
        }
        Ok(tree)
    }

    pub(crate) fn count(&self, tag: &str) -> usize {
        self.tags.get(tag).copied().unwrap_or(0)
    }
}

impl Reader<'_> {
    fn element(&mut self, id: ObjectId, parent: ObjectId) -> Checked<()> {
        let element = self.document.get_dictionary(id).map_err(told)?;
        let tag = String::from_utf8_lossy(element.get(b"S").and_then(Object::as_name).map_err(told)?).into_owned();
        if element.get(b"P").and_then(Object::as_reference).ok() != Some(parent) {
            return Err(format!("{tag} does not know its parent"));
        }
        *self.tree.tags.entry(tag.clone()).or_default() += 1;
        if let Some(level) = tag.strip_prefix('H').and_then(|level| level.parse().ok()) {
            self.tree.headings.push(level);
        }
        if tag == "Figure" && !element.get(b"Alt").and_then(Object::as_str).is_ok_and(|alt| alt.len() > 4) {
            return Err("a figure without words".into());
        }
        if tag == "TH" && !dictionary(self.document, element, b"A").is_ok_and(|one| one.has(b"Scope")) {
            return Err("a head that does not say what it is a head of".into());
        }
        let own_page = element.get(b"Pg").and_then(Object::as_reference).ok();
        for kid in element.get(b"K").and_then(Object::as_array).map_err(told)? {
            match kid {
                Object::Reference(kid) => self.element(*kid, id)?,
                Object::Integer(number) => self.mark((own_page.ok_or("a mark without a page")?, *number), id)?,
                Object::Dictionary(kid) if kid.has_type(b"OBJR") => {
                    let annotation = kid.get(b"Obj").and_then(Object::as_reference).map_err(told)?;
                    if tag != "Link" || self.annotations.insert(annotation, id).is_some() {
                        return Err(format!("an annotation belongs to a {tag}, or twice"));
                    }
                }
                Object::Dictionary(kid) => {
                    let page = kid.get(b"Pg").and_then(Object::as_reference).map_err(told)?;
                    self.mark((page, kid.get(b"MCID").and_then(Object::as_i64).map_err(told)?), id)?;
                }
                other => return Err(format!("{tag} holds {other:?}")),
            }
        }
        if tag == "Table" {
            self.table(id)?;
        }
        Ok(())
    }

    fn mark(&mut self, mark: Mark, element: ObjectId) -> Checked<()> {
        match self.marks.insert(mark, element) {
            None => Ok(()),
            Some(_) => Err(format!("mark {mark:?} belongs to two elements")),
        }
    }

    /// Rows of equal length, and one head at most.
    fn table(&mut self, id: ObjectId) -> Checked<()> {
        let groups = self.kids(id)?;
        let heads = groups.iter().filter(|(tag, _)| tag == "THead").count();
        let (mut rows, mut row_pages, mut head_pages) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (tag, group) in groups {
            let pages = if tag == "THead" { &mut head_pages } else { &mut row_pages };
            self.pages_of(group, pages)?;
            match tag.as_str() {
                "TR" => rows.push(group),
                "THead" | "TBody" => rows.extend(self.kids(group)?.into_iter().map(|(_, row)| row)),
                other => return Err(format!("a table holds a {other}")),
            }
        }
        let lengths =
            rows.iter().map(|row| self.kids(*row).map(|cells| cells.len())).collect::<Checked<BTreeSet<_>>>()?;
        if heads > 1 || lengths.len() > 1 {
            return Err(format!("a table has {heads} heads and rows of {lengths:?} cells"));
        }
        self.tree.tables.push(TableShape { rows: rows.len() - heads, row_pages, head_pages });
        Ok(())
    }

    /// The pages that marks of an element and of those in it are on.
    fn pages_of(&self, id: ObjectId, pages: &mut BTreeSet<ObjectId>) -> Checked<()> {
        let element = self.document.get_dictionary(id).map_err(told)?;
        let own_page = element.get(b"Pg").and_then(Object::as_reference).ok();
        for kid in element.get(b"K").and_then(Object::as_array).map_err(told)? {
            match kid {
                Object::Reference(kid) => self.pages_of(*kid, pages)?,
                Object::Integer(_) => pages.extend(own_page),
                Object::Dictionary(kid) if kid.has(b"MCID") => {
                    pages.insert(kid.get(b"Pg").and_then(Object::as_reference).map_err(told)?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn kids(&self, id: ObjectId) -> Checked<Vec<(String, ObjectId)>> {
        let element = self.document.get_dictionary(id).map_err(told)?;
        let kids = element.get(b"K").and_then(Object::as_array).map_err(told)?;
        let tagged = kids.iter().filter_map(|kid| kid.as_reference().ok()).map(|kid| {
            let tag = self.document.get_dictionary(kid).and_then(|kid| kid.get(b"S")).and_then(Object::as_name);
            Ok((String::from_utf8_lossy(tag.map_err(told)?).into_owned(), kid))
        });
        tagged.collect()
    }

    fn page(
        &mut self,
        id: ObjectId,
        parents: &BTreeMap<i64, Object>,
        change: &impl Fn(&[u8]) -> Vec<u8>,
    ) -> Checked<()> {
        let page = self.document.get_dictionary(id).map_err(told)?;
        let key = page.get(b"StructParents").and_then(Object::as_i64).map_err(told)?;
        let listed = parents.get(&key).ok_or("a page is not in the parent tree")?;
        let listed = self.document.dereference(listed).map_err(told)?.1.as_array().map_err(told)?;
        let content = change(&self.document.get_page_content(id));
        let numbers = numbers(&content)?;
        if numbers.len() != listed.len() {
            return Err(format!("a page has {} marks and {} in the parent tree", numbers.len(), listed.len()));
        }
        for (number, parent) in (0_i64..).zip(listed) {
            let parent = parent.as_reference().map_err(told)?;
            if !numbers.contains(&number) || self.marks.get(&(id, number)) != Some(&parent) {
                return Err(format!("mark number {number} of a page is not reached from its parent"));
            }
        }
        let annotations = page.get(b"Annots").and_then(Object::as_array).map(Vec::as_slice).unwrap_or_default();
        for annotation in annotations {
            let id = annotation.as_reference().map_err(told)?;
            let annotation = self.document.get_dictionary(id).map_err(told)?;
            let key = annotation.get(b"StructParent").and_then(Object::as_i64).map_err(told)?;
            let parent = parents.get(&key).and_then(|parent| parent.as_reference().ok());
            if parent.is_none() || self.annotations.get(&id) != parent.as_ref() {
                return Err("a link is not reached from its parent".into());
            }
            if !annotation.has(b"Contents") || !annotation.has(b"Dest") {
                return Err("a link without words or without a place".into());
            }
            self.tree.links += 1;
        }
        Ok(())
    }
}

/// The numbers of a page's marks; nothing may be painted outside of a mark or an artifact.
fn numbers(content: &[u8]) -> Checked<BTreeSet<i64>> {
    const PAINTS: [&str; 14] = ["Tj", "TJ", "'", "\"", "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Do"];
    let mut numbers = BTreeSet::new();
    let mut open: Vec<bool> = Vec::new();
    for operation in Content::decode(content).map_err(told)?.operations {
        match operation.operator.as_str() {
            "BMC" => open.push(operation.operands[0].as_name().is_ok_and(|name| name == b"Artifact")),
            "BDC" => {
                let properties = operation.operands[1].as_dict().map_err(told)?;
                let number = properties.get(b"MCID").and_then(Object::as_i64).ok();
                if let Some(number) = number
                    && (open.contains(&true) || !numbers.insert(number))
                {
                    return Err(format!("mark number {number} stands twice, or within another one"));
                }
                open.push(number.is_some());
            }
            "EMC" => {
                open.pop().ok_or("a mark ends that did not begin")?;
            }
            paint if PAINTS.contains(&paint) && !open.contains(&true) => {
                return Err(format!("{paint} is painted outside of every mark"));
            }
            _ => {}
        }
    }
    if open.is_empty() { Ok(numbers) } else { Err("a mark does not end".into()) }
}

fn parent_tree(document: &Document, root: &Dictionary) -> Checked<BTreeMap<i64, Object>> {
    let tree = dictionary(document, root, b"ParentTree")?;
    let numbers = tree.get(b"Nums").and_then(Object::as_array).map_err(told)?;
    let pairs = numbers.chunks(2).map(|pair| Ok((pair[0].as_i64().map_err(told)?, pair[1].clone())));
    let parents: BTreeMap<i64, Object> = pairs.collect::<Checked<_>>()?;
    let next = root.get(b"ParentTreeNextKey").and_then(Object::as_i64).map_err(told)?;
    if parents.keys().any(|key| *key >= next) {
        return Err("the parent tree says a next key that is taken".into());
    }
    Ok(parents)
}

/// Levels of an outline whose entries know their neighbours.
fn outline(document: &Document, above: &Dictionary) -> Checked<usize> {
    let Ok(first) = above.get(b"First").and_then(Object::as_reference) else { return Ok(0) };
    let (mut depth, mut before, mut at) = (0, None, Some(first));
    while let Some(id) = at {
        let entry = document.get_dictionary(id).map_err(told)?;
        if entry.get(b"Prev").and_then(Object::as_reference).ok() != before || !entry.has(b"Title") {
            return Err("an entry of the outline does not know the one before".into());
        }
        depth = depth.max(outline(document, entry)?);
        (before, at) = (Some(id), entry.get(b"Next").and_then(Object::as_reference).ok());
    }
    if above.get(b"Last").and_then(Object::as_reference).ok() != before {
        return Err("the outline does not end with its last entry".into());
    }
    Ok(depth + 1)
}

fn dictionary<'a>(document: &'a Document, of: &'a Dictionary, key: &[u8]) -> Checked<&'a Dictionary> {
    let found = of.get(key).map_err(told)?;
    document.dereference(found).and_then(|(_, object)| object.as_dict()).map_err(told)
}

fn told(error: lopdf::Error) -> String {
    error.to_string()
}
