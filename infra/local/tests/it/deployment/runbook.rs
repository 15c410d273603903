//! The runbook has a section for each alarm, and for nothing that is none.

use std::collections::BTreeSet;

use super::of_type;

const RUNBOOK: &str = include_str!("../../../../RUNBOOK.md");

/// The sections under `## Alarms`, with their text.
fn sections() -> Vec<(String, String)> {
    let (_, alarms) = RUNBOOK.split_once("\n## Alarms\n").unwrap();
    let alarms = alarms.split("\n## ").next().unwrap();
    let sections = alarms.split("\n### ").skip(1).map(|section| section.split_once('\n').unwrap());
    sections.map(|(heading, text)| (heading.trim().to_owned(), text.to_owned())).collect()
}

#[test]
fn every_alarm_has_its_section_and_every_section_its_alarm() {
    let mut described = BTreeSet::new();
    for (heading, _) in sections() {
        for alarm in heading.split(", ") {
            assert!(described.insert(alarm.to_owned()), "{alarm} is there twice");
        }
    }
    assert_eq!(described, of_type("AWS::CloudWatch::Alarm").into_keys().collect());
}

#[test]
fn every_section_says_what_it_means_how_to_look_and_what_to_do() {
    for (heading, text) in sections() {
        for part in ["**Means.**", "**Look.**", "**Do.**"] {
            assert!(text.contains(part), "{heading}: {part}");
        }
    }
}

#[test]
fn scripts_that_the_runbook_names_are_there() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let names = RUNBOOK.split("infra/scripts/").skip(1);
    let names: BTreeSet<&str> =
        names.map(|rest| rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap()).collect();
    assert!(names.contains("replay"), "{names:?}");
    for name in names {
        assert!(std::path::Path::new(root).join("infra/scripts").join(name).is_file(), "{name}");
    }
}
