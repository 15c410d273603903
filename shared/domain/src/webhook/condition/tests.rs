use super::*;
use crate::json::value as json;

fn condition(field: &str, operator: &str, value: Value) -> Result<Condition, ConditionError> {
    Condition::new(FieldPath::parse(field)?, operator.parse().unwrap(), value)
}

/// Whether `field` compares with `value` as the operator asks.
fn holds(field: &Value, operator: &str, value: &Value) -> bool {
    let object: Value = serde_json::from_str(&format!(r#"{{"it": {field}}}"#)).unwrap();
    condition("self.it", operator, value.clone()).unwrap().holds(&object)
}

/// The operators among the six comparisons that hold.
fn comparisons(field: &Value, value: &Value) -> Vec<&'static str> {
    let ordered = value.is_string() || value.is_number();
    ["=", "!=", "<", "<=", ">", ">="]
        .into_iter()
        .filter(|operator| (ordered || matches!(*operator, "=" | "!=")) && holds(field, operator, value))
        .collect()
}

const SAME: [&str; 3] = ["=", "<=", ">="];
const LESS: [&str; 3] = ["!=", "<", "<="];
const MORE: [&str; 3] = ["!=", ">", ">="];
const OTHER: [&str; 1] = ["!="];

fn assert_table(table: &[(Value, Value, &[&str])]) {
    for (field, value, expected) in table {
        assert_eq!(&comparisons(field, value), expected, "{field} against {value}");
    }
}

#[test]
fn numbers_and_numeric_texts_compare_as_decimals() {
    assert_table(&[
        (json!("80.00"), json!(80), &SAME),
        (json!("80.00"), json!("80"), &SAME),
        (json!(80.1), json!("80.10"), &SAME),
        (json!(0.1), json!("0.1"), &SAME),
        (json!("9"), json!("10"), &LESS),
        (json!("-5"), json!("-10.5"), &MORE),
        (json!("007"), json!(7), &SAME),
        (json!(1e21), json!("1000000000000000000000"), &SAME),
        (json!(1e-7), json!("0.0000001"), &SAME),
        (json!(u64::MAX), json!("18446744073709551615"), &SAME),
        (json!(u64::MAX - 1), json!(u64::MAX), &LESS),
        (json!(1), json!("one"), &OTHER),
        (json!(1e300), json!(1e300), &["="]),
        (json!(1e300), json!(5), &OTHER),
    ]);
}

#[test]
fn what_only_resembles_a_number_is_a_text() {
    assert_table(&[
        (json!("+80"), json!("80"), &LESS),
        (json!("1e3"), json!("1000"), &MORE),
        (json!("1_000"), json!("1000"), &MORE),
        (json!(".5"), json!("0.5"), &LESS),
        (json!(" 5"), json!("5"), &LESS),
        (json!("NaN"), json!("NaN"), &SAME),
        (json!("NaN"), json!(5), &OTHER),
        (json!(""), json!(0), &OTHER),
        (json!("9".repeat(40)), json!(format!("1{}", "0".repeat(40))), &MORE),
        (json!("9".repeat(40)), json!("9".repeat(40)), &SAME),
    ]);
}

#[test]
fn dates_and_times_compare_as_what_they_mean() {
    assert_table(&[
        (json!("2024-01-15"), json!("2024-01-15"), &SAME),
        (json!("2024-01-15"), json!("2024-02-01"), &LESS),
        (json!("2024-01-15T10:00:00Z"), json!("2024-01-15T12:00:00+02:00"), &SAME),
        (json!("2024-01-15T10:00:00.5Z"), json!("2024-01-15T10:00:00Z"), &MORE),
        (json!("2024-01-15T10:00:00"), json!("2024-01-15T10:00:00Z"), &SAME),
        (json!("2024-01-15 10:00"), json!("2024-01-15T10:00:00Z"), &SAME),
        (json!("2024-01-15T23:59:59Z"), json!("2024-01-15"), &SAME),
        (json!("2024-01-15"), json!("2024-01-15T23:59:59Z"), &SAME),
        (json!("2024-01-15T23:30:00-01:00"), json!("2024-01-15"), &MORE),
        (json!("2024-01-15T10:00:00Z"), json!("2024-01-16"), &LESS),
    ]);
}

#[test]
fn what_only_resembles_a_date_is_a_text() {
    assert_table(&[
        (json!("2023-02-29"), json!("2023-02-28T00:00:00Z"), &MORE),
        (json!("2024-1-5"), json!("2024-01-05"), &MORE),
        (json!("20240115"), json!("2024-01-15"), &MORE),
        (json!("2024-01-15x"), json!("2024-01-15"), &MORE),
        (json!("2024-01-1é"), json!("2024-01-15"), &MORE),
        (json!("2024-01-15"), json!(20_240_115), &OTHER),
    ]);
}

#[test]
fn texts_compare_with_texts_booleans_with_booleans_and_null_with_null() {
    assert_table(&[
        (json!("apple"), json!("banana"), &LESS),
        (json!("Web"), json!("web"), &LESS),
        (json!("Web"), json!("Web"), &SAME),
        (json!(true), json!(true), &["="]),
        (json!(true), json!(false), &OTHER),
        (json!(true), json!("true"), &OTHER),
        (json!(true), json!(1), &OTHER),
        (json!(null), json!(null), &["="]),
        (json!(null), json!(""), &OTHER),
        (json!(null), json!(0), &OTHER),
        (json!(""), json!(null), &OTHER),
        (json!([1, 2]), json!([1, 2]), &["="]),
        (json!([1, 2]), json!([2, 1]), &OTHER),
        (json!({ "a": 1 }), json!({ "a": 1 }), &["="]),
        (json!({ "a": 1 }), json!("a"), &OTHER),
    ]);
}

#[test]
fn a_missing_field_equals_only_null() {
    let object = json!({ "a": 1 });
    let table = [
        ("=", json!(null), true),
        ("!=", json!(null), false),
        ("=", json!(""), false),
        ("!=", json!("x"), true),
        (">", json!(-1), false),
        ("<=", json!("x"), false),
        ("in", json!(["x"]), false),
        ("in", json!(["x", null]), true),
        ("contains", json!("x"), false),
        ("contains", json!(null), false),
    ];
    for (operator, value, expected) in table {
        let condition = condition("self.b.c", operator, value.clone()).unwrap();
        assert_eq!(condition.holds(&object), expected, "{operator} {value}");
    }
}

#[test]
fn in_takes_a_list_or_text_between_commas_and_contains_a_part_or_an_element() {
    let table = [
        (json!("paid"), "in", json!(["sent", "paid"]), true),
        (json!("draft"), "in", json!(["sent", "paid"]), false),
        (json!("80.00"), "in", json!([80]), true),
        (json!("paid"), "in", json!([]), false),
        (json!("paid"), "in", json!("sent, paid"), true),
        (json!("paid"), "in", json!("paid"), true),
        (json!("pai"), "in", json!("sent,paid"), false),
        (json!("80.00"), "in", json!("70, 80"), true),
        (json!(null), "in", json!("x,null"), false),
        (json!("hello world"), "contains", json!("o w"), true),
        (json!("hello world"), "contains", json!("O W"), false),
        (json!("order 42"), "contains", json!(42), true),
        (json!("order 42"), "contains", json!(["order"]), false),
        (json!(["Tech", "Health"]), "contains", json!("Tech"), true),
        (json!(["Tech", "Health"]), "contains", json!("Te"), false),
        (json!(["1.0", 2]), "contains", json!(1), true),
        (json!({ "Tech": 1 }), "contains", json!("Tech"), false),
        (json!(12345), "contains", json!("234"), false),
    ];
    for (field, operator, value, expected) in table {
        assert_eq!(holds(&field, operator, &value), expected, "{field} {operator} {value}");
    }
}

#[test]
fn a_field_is_named_with_or_without_self_and_through_nested_values() {
    let object = json!({ "stage": "Moodle", "attributes": { "source": "Web" }, "items": [{ "sku": "A" }] });
    for (field, value) in
        [("stage", "Moodle"), ("self.stage", "Moodle"), ("self.attributes.source", "Web"), ("items.0.sku", "A")]
    {
        assert!(condition(field, "=", json!(value)).unwrap().holds(&object), "{field}");
    }
    assert_eq!(condition("self.stage", "=", json!("x")).unwrap().field().as_str(), "self.stage");
    assert_eq!(condition("self.", "=", json!(1)), Err(ConditionError::Field));
    assert_eq!(condition(" ", "=", json!(1)), Err(ConditionError::Field));
}

#[test]
fn all_conditions_must_hold_with_and_and_one_with_or() {
    let object = json!({ "a": 1 });
    let (yes, no) = (condition("a", "=", json!(1)).unwrap(), condition("a", "=", json!(2)).unwrap());
    let table = [
        (vec![], true, true),
        (vec![yes.clone()], true, true),
        (vec![no.clone()], false, false),
        (vec![yes.clone(), no.clone()], false, true),
        (vec![yes.clone(), yes], true, true),
        (vec![no.clone(), no], false, false),
    ];
    for (conditions, and, or) in table {
        assert_eq!(evaluate(&conditions, ConditionLogic::And, &object), and, "{conditions:?}");
        assert_eq!(evaluate(&conditions, ConditionLogic::Or, &object), or, "{conditions:?}");
    }
}

#[test]
fn a_condition_that_can_never_hold_is_refused() {
    assert_eq!(condition("a", "in", json!(1)), Err(ConditionError::NotAList));
    assert_eq!(condition("a", ">", json!(null)), Err(ConditionError::NotOrdered(Operator::Greater)));
    assert_eq!(condition("a", "<=", json!([1])), Err(ConditionError::NotOrdered(Operator::LessOrEqual)));
    assert!(condition("a", "contains", json!(null)).is_ok());
}

#[test]
fn conditions_are_bounded_in_number_and_size() {
    let one = |value: Value| condition("a", "=", value).unwrap();
    assert!(Conditions::parse(vec![one(json!(1)); 50]).is_ok());
    assert_eq!(Conditions::parse(vec![one(json!(1)); 51]), Err(ConditionError::TooMany(50)));
    // A letter of a field and two quotation marks stand around the text.
    let text = |n: usize| Conditions::parse(vec![one(json!("x".repeat(n - 3)))]);
    assert!(text(Conditions::MAX_BYTES).is_ok());
    assert_eq!(text(Conditions::MAX_BYTES + 1), Err(ConditionError::TooLarge(32_768)));
}

#[test]
fn numbers_are_the_same_however_they_are_written() {
    let written = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    for (one, other) in [
        ("1E+2", "100"),
        ("1.50", "1.5"),
        ("1e300", "10e299"),
        ("12345678901234567890123456789012345", "12345678901234567890123456789012345.0"),
    ] {
        assert!(holds(&written(one), "=", &written(other)), "{one} {other}");
    }
    let longer = "12345678901234567890123456789012346";
    assert!(holds(&written("12345678901234567890123456789012345"), "!=", &written(longer)));
}

#[test]
fn a_text_is_compared_as_the_books_keep_it() {
    assert!(holds(&json!("Café"), "=", &json!("Cafe\u{301}\u{200b} ")));
    assert!(holds(&json!("Café au lait"), "contains", &json!("fe\u{301}")));
}
