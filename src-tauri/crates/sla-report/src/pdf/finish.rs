//! What the PDF writer does not write: tags, outline, the attached record, colour profile and the metadata of PDF/A-3a
//! (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).

use std::collections::HashSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};

use super::flow::{Bookmark, Flow, LEFT};
use super::shape::Area;
use super::xmp::{self, Properties};

/// A file that is attached to the report.
pub(crate) struct Attachment {
    pub(crate) name: &'static str,
    pub(crate) media_type: &'static str,
    /// What it is to the document: `AFRelationship` of ISO 19005-3.
    pub(crate) relationship: &'static str,
    pub(crate) content: Vec<u8>,
}

/// What the file carries besides its pages.
pub(super) struct Extras<'a> {
    pub(super) properties: Properties<'a>,
    pub(super) flow: &'a Flow<'a>,
    /// Sorted by name, as a tree of names is.
    pub(super) attachments: Vec<Attachment>,
    /// 32 hexadecimal digits or more that stand for the content.
    pub(super) identity: &'a str,
}

/// A text string: UTF-16 with its mark.
pub(super) fn text(text: &str) -> Object {
    let units = text.encode_utf16().flat_map(u16::to_be_bytes);
    Object::String([0xfe, 0xff].into_iter().chain(units).collect(), StringFormat::Hexadecimal)
}

pub(super) fn name(name: &str) -> Object {
    Object::Name(name.as_bytes().to_vec())
}

/// Completes the document and returns its bytes.
pub(super) fn finish(mut document: Document, mut extras: Extras<'_>) -> Result<Vec<u8>, lopdf::Error> {
    "1.7".clone_into(&mut document.version);
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    let flow = extras.flow;
    let links: Vec<(usize, ObjectId)> = flow.links.iter().map(|link| (link.page, document.new_object_id())).collect();
    let structure = flow.tags.write(&mut document, &pages, &links);
    let outline = outline(&mut document, &pages, &flow.bookmarks);
    let mut annotations: Vec<Vec<Object>> = vec![Vec::new(); pages.len()];
    for (index, (page, id)) in links.into_iter().enumerate() {
        document.set_object(id, annotation(flow, index, &pages));
        annotations[page].push(Object::Reference(id));
    }
    let attached: Vec<(&str, ObjectId)> = std::mem::take(&mut extras.attachments)
        .into_iter()
        .map(|one| (one.name, attach(&mut document, one, &extras.properties)))
        .collect();
    let intent = output_intent(&mut document)?;
    let metadata = xmp::packet(&extras.properties);
    let mut metadata = Stream::new(dictionary! { "Type" => name("Metadata"), "Subtype" => name("XML") }, metadata);
    // Programs look for the packet in the file's plain bytes.
    metadata.allows_compression = false;
    let metadata = document.add_object(metadata);
    for ((number, page), annotations) in (0_i64..).zip(&pages).zip(annotations) {
        let page = document.get_dictionary_mut(*page)?;
        page.set("StructParents", number);
        page.set("Tabs", name("S"));
        page.remove(b"Annots");
        if !annotations.is_empty() {
            page.set("Annots", Object::Array(annotations));
        }
    }
    let catalogue = document.trailer.get(b"Root")?.as_reference()?;
    let catalogue = document.get_dictionary_mut(catalogue)?;
    catalogue.set("Lang", Object::string_literal(extras.properties.language));
    catalogue.set("MarkInfo", dictionary! { "Marked" => true });
    catalogue.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    catalogue.set("StructTreeRoot", Object::Reference(structure));
    catalogue.set("Metadata", Object::Reference(metadata));
    catalogue.set("OutputIntents", Object::Array(vec![Object::Dictionary(intent)]));
    catalogue.set("AF", Object::Array(attached.iter().map(|(_, id)| Object::Reference(*id)).collect()));
    let names = attached.iter().flat_map(|(name, id)| [text(name), Object::Reference(*id)]);
    let names = Object::Array(names.collect());
    catalogue.set("Names", dictionary! { "EmbeddedFiles" => dictionary! { "Names" => names } });
    if let Some(outline) = outline {
        catalogue.set("PageMode", name("UseOutlines"));
        catalogue.set("Outlines", Object::Reference(outline));
    }
    let info = document.trailer.get(b"Info")?.as_reference()?;
    document.set_object(info, information(&extras.properties));
    let identity = extras.identity.as_bytes().chunks(2).take(16).map(|pair| {
        let digits = std::str::from_utf8(pair).unwrap_or("0");
        u8::from_str_radix(digits, 16).unwrap_or(0)
    });
    let identity = Object::String(identity.collect(), StringFormat::Hexadecimal);
    document.trailer.set("ID", Object::Array(vec![identity.clone(), identity]));
    prune(&mut document);
    for stream in document.objects.values_mut().filter_map(|object| object.as_stream_mut().ok()) {
        let is_metadata = stream.dict.get(b"Type").and_then(Object::as_name).is_ok_and(|kind| kind == b"Metadata");
        if !is_metadata {
            pack(stream)?;
        }
    }
    let mut bytes = Vec::new();
    document.save_modern(&mut bytes)?;
    Ok(bytes)
}

/// Leaves out what nothing refers to. The writer's own way of it searches a list for each reference, which takes longer than
/// all else that completes a long report.
fn prune(document: &mut Document) {
    fn collect(object: &Object, open: &mut Vec<ObjectId>) {
        match object {
            Object::Reference(id) => open.push(*id),
            Object::Array(items) => items.iter().for_each(|item| collect(item, open)),
            Object::Dictionary(entries) => entries.iter().for_each(|(_, entry)| collect(entry, open)),
            Object::Stream(stream) => stream.dict.iter().for_each(|(_, entry)| collect(entry, open)),
            _ => {}
        }
    }
    let (mut open, mut reached) = (Vec::new(), HashSet::new());
    document.trailer.iter().for_each(|(_, entry)| collect(entry, &mut open));
    while let Some(id) = open.pop() {
        if reached.insert(id)
            && let Some(object) = document.objects.get(&id)
        {
            collect(object, &mut open);
        }
    }
    document.objects.retain(|id, _| reached.contains(id));
}

/// Packs a stream, where that makes it shorter.
fn pack(stream: &mut Stream) -> Result<(), lopdf::Error> {
    // The best level makes a report take an eighth longer, and not smaller.
    let mut packer = ZlibEncoder::new(Vec::with_capacity(stream.content.len() / 4), Compression::new(6));
    packer.write_all(&stream.content)?;
    let packed = packer.finish()?;
    const ENTRY: &str = "/Filter/FlateDecode";
    if !stream.dict.has(b"Filter") && packed.len() + ENTRY.len() < stream.content.len() {
        stream.dict.set("Filter", name("FlateDecode"));
        stream.set_content(packed);
    }
    Ok(())
}

/// The same as the metadata packet says; PDF/A compares the two.
fn information(properties: &Properties<'_>) -> Dictionary {
    let date = Object::string_literal(xmp::pdf_date(properties.date));
    dictionary! {
        "Title" => text(properties.title),
        "Subject" => text(properties.subject),
        "Author" => text(properties.author),
        "Creator" => text(xmp::CREATOR),
        "Producer" => text(xmp::PRODUCER),
        "CreationDate" => date.clone(),
        "ModDate" => date,
    }
}

/// A link to an anchor, with what is read of it.
fn annotation(flow: &Flow<'_>, index: usize, pages: &[ObjectId]) -> Dictionary {
    let link = &flow.links[index];
    let place = &flow.anchors[&link.target];
    let edges = |area: &Area| [area.left, area.top - area.height, area.left + area.width, area.top];
    let outer = |one: [f32; 4], other: [f32; 4]| {
        [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
    };
    let around = link.boxes.iter().map(edges).reduce(outer).unwrap_or_default();
    let corners = link.boxes.iter().map(edges);
    let corners = corners.flat_map(|[left, bottom, right, top]| [left, top, right, top, left, bottom, right, bottom]);
    let reals = |values: &mut dyn Iterator<Item = f32>| Object::Array(values.map(Object::Real).collect());
    dictionary! {
        "Type" => name("Annot"),
        "Subtype" => name("Link"),
        "Rect" => reals(&mut around.into_iter()),
        "QuadPoints" => reals(&mut corners.into_iter()),
        "Border" => vec![0.into(), 0.into(), 0.into()],
        // Print: PDF/A knows no annotation that is not printed.
        "F" => 4,
        "Dest" => destination(pages[place.page], place.top),
        "Contents" => text(&format!("{} – {}", link.description, place.title)),
        "StructParent" => flow.tags.link_key(index),
    }
}

fn destination(page: ObjectId, top: f32) -> Object {
    Object::Array(vec![Object::Reference(page), name("XYZ"), Object::Real(LEFT), Object::Real(top + 8.0), Object::Null])
}

/// Headings, each below the last one of a higher level. Those of level 1 are shown open.
fn outline(document: &mut Document, pages: &[ObjectId], bookmarks: &[Bookmark]) -> Option<ObjectId> {
    if bookmarks.is_empty() {
        return None;
    }
    let root = document.new_object_id();
    let ids: Vec<ObjectId> = bookmarks.iter().map(|_| document.new_object_id()).collect();
    // What is below the root, which comes last, and below each bookmark.
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); ids.len() + 1];
    let mut above: Vec<usize> = Vec::new();
    for (index, bookmark) in bookmarks.iter().enumerate() {
        while above.last().is_some_and(|last| bookmarks[*last].level >= bookmark.level) {
            above.pop();
        }
        below[above.last().copied().unwrap_or(ids.len())].push(index);
        above.push(index);
    }
    for (parent, children) in below.iter().enumerate() {
        let parent_id = ids.get(parent).copied().unwrap_or(root);
        for (at, &child) in children.iter().enumerate() {
            let bookmark = &bookmarks[child];
            let mut entry = dictionary! {
                "Title" => text(&bookmark.title),
                "Parent" => Object::Reference(parent_id),
                "Dest" => destination(pages[bookmark.page], bookmark.top),
            };
            if let Some(before) = at.checked_sub(1) {
                entry.set("Prev", Object::Reference(ids[children[before]]));
            }
            if let Some(after) = children.get(at + 1) {
                entry.set("Next", Object::Reference(ids[*after]));
            }
            let count = i64::try_from(below[child].len()).unwrap_or(i64::MAX);
            add_ends(&mut entry, &below[child], &ids, if bookmark.level == 1 { count } else { -count });
            document.set_object(ids[child], entry);
        }
    }
    let top = &below[ids.len()];
    let open = top.iter().filter(|one| bookmarks[**one].level == 1).map(|one| below[*one].len()).sum::<usize>();
    let mut entry = dictionary! { "Type" => name("Outlines") };
    add_ends(&mut entry, top, &ids, i64::try_from(top.len() + open).unwrap_or(i64::MAX));
    document.set_object(root, entry);
    Some(root)
}

fn add_ends(entry: &mut Dictionary, below: &[usize], ids: &[ObjectId], count: i64) {
    if let (Some(first), Some(last)) = (below.first(), below.last()) {
        entry.set("First", Object::Reference(ids[*first]));
        entry.set("Last", Object::Reference(ids[*last]));
        entry.set("Count", count);
    }
}

fn attach(document: &mut Document, attachment: Attachment, properties: &Properties<'_>) -> ObjectId {
    let Attachment { name: file_name, media_type, relationship, content } = attachment;
    let date = Object::string_literal(xmp::pdf_date(properties.date));
    let parameters = dictionary! {
        "Size" => i64::try_from(content.len()).unwrap_or(i64::MAX),
        "CreationDate" => date.clone(),
        "ModDate" => date,
    };
    let file = document.add_object(Stream::new(
        dictionary! { "Type" => name("EmbeddedFile"), "Subtype" => name(media_type), "Params" => parameters },
        content,
    ));
    document.add_object(dictionary! {
        "Type" => name("Filespec"),
        "F" => Object::string_literal(file_name),
        "UF" => text(file_name),
        "Desc" => text(&format!("{file_name}: {}", properties.subject)),
        "AFRelationship" => name(relationship),
        "EF" => dictionary! { "F" => Object::Reference(file), "UF" => Object::Reference(file) },
    })
}

/// What the colours mean: sRGB.
fn output_intent(document: &mut Document) -> Result<Dictionary, lopdf::Error> {
    let mut profile = moxcms::ColorProfile::new_srgb()
        .encode()
        .map_err(|error| lopdf::Error::IO(std::io::Error::other(format!("colour profile: {error}"))))?;
    // The profile's own time of making would differ from run to run: 2026-01-01.
    profile[24..36].copy_from_slice(&[0x07, 0xea, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    let profile = document.add_object(Stream::new(dictionary! { "N" => 3 }, profile));
    Ok(dictionary! {
        "Type" => name("OutputIntent"),
        "S" => name("GTS_PDFA1"),
        "OutputConditionIdentifier" => Object::string_literal("sRGB"),
        "Info" => Object::string_literal("sRGB IEC61966-2.1"),
        "DestOutputProfile" => Object::Reference(profile),
    })
}
