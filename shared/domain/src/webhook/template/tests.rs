use super::*;
use crate::json::value as json;

fn object() -> Value {
    json!({
        "id": "7f",
        "name": "Müller & Söhne/Co",
        "total": "80.00",
        "count": 3,
        "active": true,
        "nothing": null,
        "tags": ["a", 1],
        "attributes": { "email": "a+b@c.example", "trick": "{self.id}{id}", "full name": "X", "line": "a\r\nB: c\u{85}\td" },
        "big": "x".repeat(5000),
    })
}

#[test]
fn a_placeholder_inside_text_is_its_text() {
    let table = [
        ("a {self.id} b {id}", "a 7f b 7f"),
        ("{self.total}/{self.count}/{self.active}", "80.00/3/true"),
        ("<{self.nothing}{self.unknown}{self.attributes.none.deeper}>", "<>"),
        ("{self.tags}: {self.tags.1}", "[\"a\",1]: 1"),
        ("{self.attributes.full name}!", "X!"),
        ("{{self.id}}", "{7f}"),
        ("{{id}{id}", "{7f7f"),
        ("{self.id", "{self.id"),
        ("ü{id}ü", "ü7fü"),
    ];
    for (template, expected) in table {
        assert_eq!(render_payload(&json!(template), &object()), Ok(json!(expected)), "{template}");
    }
}

#[test]
fn what_is_no_placeholder_stays_as_it_is() {
    for text in [
        "",
        "{}",
        "{ }",
        "{ not }",
        "{name}",
        "{ id }",
        "{ID}",
        "{self}",
        "{self.}",
        "{self..id}",
        "{self.id.}",
        "{Self.id}",
        "{self.a\nb}",
        "}{",
        "{\"id\": 1}",
        "{self.{x}",
    ] {
        assert_eq!(render_payload(&json!(text), &object()), Ok(json!(text)));
        assert_eq!(render_url(text, &object()), Ok(text.to_owned()));
    }
}

#[test]
fn substituted_text_is_not_substituted_again() {
    assert_eq!(render_payload(&json!("{self.attributes.trick}"), &object()), Ok(json!("{self.id}{id}")));
    assert_eq!(render_payload(&json!("-{self.attributes.trick}-"), &object()), Ok(json!("-{self.id}{id}-")));
    let split = json!({ "id": "7f", "a": "{self", "b": ".id}" });
    assert_eq!(render_payload(&json!("{self.a}{self.b}"), &split), Ok(json!("{self.id}")));
}

#[test]
fn a_placeholder_alone_in_a_payloads_string_keeps_its_type() {
    let template = json!({
        "external_id": "{self.id}",
        "{self.id}": [{ "n": "{self.count}", "b": "{self.active}" }, "{self.tags}", "{self.nothing}", "{self.unknown}"],
        "untouched": [1, null, false],
        "spaced": " {self.count}",
    });
    let expected = json!({
        "external_id": "7f",
        "{self.id}": [{ "n": 3, "b": true }, ["a", 1], null, ""],
        "untouched": [1, null, false],
        "spaced": " 3",
    });
    assert_eq!(render_payload(&template, &object()), Ok(expected));
}

#[test]
fn values_in_a_url_are_percent_encoded_but_for_unreserved_characters() {
    let table = [
        ("https://a.example/{id}?q={self.attributes.email}", "https://a.example/7f?q=a%2Bb%40c.example"),
        ("https://a.example/{self.name}", "https://a.example/M%C3%BCller%20%26%20S%C3%B6hne%2FCo"),
        ("https://a.example/{self.attributes.line}", "https://a.example/a%0D%0AB%3A%20c%C2%85%09d"),
        ("https://a.example/ü%20?a=b&{self.unknown}", "https://a.example/ü%20?a=b&"),
    ];
    for (template, expected) in table {
        assert_eq!(render_url(template, &object()), Ok(expected.to_owned()));
    }
    assert_eq!(render_url("{self.s}", &json!({ "s": "A-z.0_9~" })), Ok("A-z.0_9~".to_owned()));
}

#[test]
fn control_characters_are_dropped_from_a_header() {
    assert_eq!(render_header("v={self.attributes.line}", &object()), Ok("v=aB: cd".to_owned()));
    assert_eq!(render_header("{self.name}", &object()), Ok("Müller & Söhne/Co".to_owned()));
}

#[test]
fn a_template_cannot_multiply_a_large_value_without_bound() {
    assert!(render_url("{self.big}", &object()).is_ok());
    assert_eq!(render_url("{self.big}{self.big}", &object()), Err(TooLarge));
    assert_eq!(render_header("{self.big}{self.big}", &object()), Err(TooLarge));
    let whole = |n: usize| json!(vec!["{self.big}"; n]);
    let inside = |n: usize| json!("{self.big}".repeat(n));
    for template in [whole(39), inside(39)] {
        assert!(render_payload(&template, &object()).is_ok());
    }
    for template in [whole(40), inside(40)] {
        assert_eq!(render_payload(&template, &object()), Err(TooLarge));
    }
}

#[test]
fn a_value_counts_as_long_as_it_gets_in_json() {
    let object = json!({ "s": "\u{1}".repeat(MAX_PAYLOAD_BYTES / 6) });
    assert_eq!(render_payload(&json!("-{self.s}"), &object), Err(TooLarge));
}

#[test]
fn a_number_keeps_its_digits_alone_and_inside_text() {
    for number in ["12345678901234567890123", "0.1000000000000000055", "1.50", "1E+2"] {
        let object: Value = serde_json::from_str(&format!(r#"{{"n": {number}}}"#)).unwrap();
        let rendered = render_payload(&json!({ "alone": "{self.n}", "inside": "n={self.n}" }), &object).unwrap();
        assert_eq!(rendered.to_string(), format!(r#"{{"alone":{number},"inside":"n={number}"}}"#));
        assert_eq!(render_header("{self.n}", &object), Ok(number.to_owned()));
    }
}
