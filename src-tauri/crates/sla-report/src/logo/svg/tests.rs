//! What becomes of drawings, and what is refused.

use super::*;

fn svg(content: &str) -> String {
    format!(
        "<svg xmlns=\"{SVG}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 20 10\">\n{content}\n</svg>"
    )
}

fn shapes(content: &str) -> Vec<Shape> {
    match read(svg(content).as_bytes()) {
        Ok(Picture::Drawing { shapes, .. }) => shapes,
        Ok(_) => panic!("a drawing"),
        Err(refused) => panic!("{}: {}", refused.line, refused.found.en()),
    }
}

#[test]
fn shapes_become_paths_in_plain_colours() {
    let drawn =
        shapes("<path d=\"M0 0 Q 3 0 3 3 Z\" fill=\"#010203\" fill-rule=\"evenodd\" transform=\"translate(1 2)\"/>");
    let [shape] = drawn.as_slice() else { panic!("one shape") };
    assert_eq!(shape.verbs, [Verb::Move(0.0, 0.0), Verb::Curve([2.0, 0.0, 3.0, 1.0, 3.0, 3.0]), Verb::Close]);
    assert_eq!(shape.fill, Some(Fill { paint: Colour { channels: [1, 2, 3] }, is_even_odd: true }));
    assert_eq!(shape.matrix.map(|number| number.round() as i32), [1, 0, 0, 1, 1, 2]);
    assert_eq!(shape.stroke, None);
    assert_eq!(
        shapes(
            "<defs><g id=\"a\"><rect width=\"1\" height=\"1\"/></g></defs><use href=\"#a\"/><use x=\"2\" href=\"#a\"/>"
        )
        .len(),
        2
    );
    assert_eq!(shapes("<style>.a{fill:red}</style><circle class=\"a\" r=\"2\"/><!-- x --><title>T</title>").len(), 1);
}

#[test]
fn a_cut_at_the_edge_of_everything_cuts_nothing() {
    let cut = |width| {
        svg(&format!(
            "<clipPath id=\"c\"><rect width=\"{width}\" height=\"10\"/></clipPath>\n<g clip-path=\"url(#c)\"><rect width=\"20\" height=\"10\"/></g>"
        ))
    };
    assert!(read(cut(20).as_bytes()).is_ok());
    assert_eq!(read(cut(19).as_bytes()).expect_err("refused").found.en(), "a clip path that cuts something off");
}

#[test]
fn what_cannot_be_drawn_is_refused_with_what_it_is() {
    #[track_caller]
    fn check(content: &str, line: usize, found: &str) {
        let refused = read(svg(content).as_bytes()).expect_err("refused");
        assert!(refused.found.en().contains(found), "{}", refused.found.en());
        assert_eq!(refused.line, line, "{}", refused.found.en());
    }
    let rectangle = "<rect width=\"9\" height=\"9\"/>";
    check("<text>A</text>", 2, "text, which needs a font");
    check(&format!("{rectangle}\n<image href=\"data:image/png;base64,AAAA\"/>"), 3, "a picture of pixels");
    check("<mask id=\"m\"/>", 2, "a mask");
    check("<filter id=\"f\"/>", 2, "a filter");
    check("<script>x</script>", 2, "a script");
    check("<rect width=\"9\" height=\"9\" onload=\"x()\"/>", 2, "a script");
    check("<foreignObject/>", 2, "<foreignObject>");
    check(
        "<linearGradient id=\"l\"><stop stop-color=\"red\"/><stop offset=\"1\"/></linearGradient>\n\
         <rect id=\"r\" fill=\"url(#l)\" width=\"9\" height=\"9\"/>",
        3,
        "a gradient",
    );
    check(
        "<pattern id=\"l\" width=\"1\" height=\"1\"><rect width=\"1\" height=\"1\"/></pattern>\n\
         <rect id=\"r\" fill=\"url(#l)\" width=\"9\" height=\"9\"/>",
        3,
        "a pattern",
    );
    check("\n<rect id=\"r\" opacity=\".5\" width=\"9\" height=\"9\"/>", 3, "shines through");
    check("<rect fill-opacity=\".5\" id=\"r\" width=\"9\" height=\"9\"/>", 2, "shines through");
    check("<path stroke=\"red\" stroke-dasharray=\"1 2\" d=\"M0 0 L9 9\"/>", 2, "a dashed line");
    check("<use href=\"https://example.org/a.svg#b\"/>", 2, "a reference out of the file");
    check("<use xlink:href=\"other.svg#b\"/>", 2, "a reference out of the file");
    check("<style>@import 'a.css';</style>", 2, "a reference out of the file");
    check("<rect fill=\"url(http://example.org#a)\" width=\"9\" height=\"9\"/>", 2, "a reference out of the file");
    check("", 1, "nothing to be seen".replace("nothing", "anything").as_str());
    check("<g>", 3, "no SVG");
}

#[test]
fn a_drawing_that_grows_is_refused_at_once() {
    #[track_caller]
    fn check(text: &str, found: &str) {
        let refused = read(text.as_bytes()).expect_err("refused");
        assert!(refused.found.en().contains(found), "{}", refused.found.en());
    }
    let deep = format!("{}{}", "<g>".repeat(60_000), "</g>".repeat(60_000));
    check(&svg(&deep), "");
    check(&svg(&format!("{}<path d=\"M0 0\"/>{}", "<g>".repeat(60), "</g>".repeat(60))), "more than 48 deep");
    check(&svg(&"<g/>".repeat(5_001)), "more than 5000 elements");
    let mut bomb = "<g id=\"a0\"><rect width=\"1\" height=\"1\"/></g>".to_owned();
    for link in 0..30 {
        bomb += &format!("<g id=\"a{}\"><use href=\"#a{link}\"/><use href=\"#a{link}\"/></g>", link + 1);
    }
    check(&svg(&bomb), "<use> of something");
    check(&svg("<g id=\"a\"><use href=\"#a\"/></g>"), "<use> of something");
    check(&svg(&format!("<path d=\"M0 0{}\"/>", "L1 1".repeat(70_000))), "paths of more than");
    check(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1e9\" height=\"1\"><path d=\"M0 0L1 1 2 0\"/></svg>",
        "a drawing of",
    );
    let laughs = "<!DOCTYPE svg [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">\
                  <!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&d;&d;&d;&d;&d;&d;&d;&d;</svg>";
    check(laughs, "");
    let used = format!("<path id=\"a\" d=\"M0 0{}\"/>{}", "L1 1".repeat(9_000), "<use href=\"#a\"/>".repeat(99));
    check(&svg(&used), "<use> of too much");
    check(&svg(&format!("<style>{}</style>", "a{}".repeat(20_000))), "a style sheet");
    check(
        "<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>",
        "no SVG",
    );
}
