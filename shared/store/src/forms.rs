//! The form of items: its version, and how an item of an earlier form is brought to this one's.
//!
//! Every item carries the version of its form as `form`; one without is of the first. [`stamp`] and
//! [`stamped`] are the only places that write it, on every way into the table, and [`upgrade`] is on
//! every way out. So readers know the present form alone, whatever is in the table. The two places also write
//! how many webhooks led to the change ([`hops`]).
//!
//! To change the form: raise [`FORM`], and add a step to [`upgrade`] that makes an item of the form
//! before into one of the new. A step looks at nothing but the item, and does no harm done twice. While a
//! deployment is under way functions of both releases run, so the release before must be able to
//! read what this one writes: what it could not read takes two releases, of which the first reads
//! the new form and the second writes it. `tributary-upgrade` rewrites what is in the table; once
//! it has, the step can go.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::id::StageId;

use crate::hops;
use crate::keys;
use crate::kinds::Kind;
use crate::table::{Item, Update, n, s};

/// The version of the items' form.
pub const FORM: u32 = 4;

/// Puts into an item that is written whole what every write carries.
pub(crate) fn stamp(item: &mut Item) {
    of_present_form(item);
    if hops::current() > 0 {
        item.insert(hops::HOPS.into(), n(hops::current()));
    }
}

fn of_present_form(item: &mut Item) {
    item.insert("form".into(), n(FORM));
}

/// An update that gives an item the form's version when it makes the item. One that is there keeps
/// its own, since only some of its attributes change.
pub(crate) fn stamped(update: &Update) -> (String, Item) {
    const SET: &str = "SET form = if_not_exists(form, :form)";
    let mut expression = match update.expression.split_once("SET ") {
        Some((before, after)) => format!("{before}{SET}, {after}"),
        None => format!("{} {SET}", update.expression),
    };
    let mut values = update.values.clone();
    values.insert(":form".into(), n(FORM));
    if hops::current() > 0 {
        expression = expression.replacen("SET ", &format!("SET {} = :hops, ", hops::HOPS), 1);
        values.insert(":hops".into(), n(hops::current()));
    } else if expression.contains("REMOVE ") {
        expression = expression.replacen("REMOVE ", &format!("REMOVE {}, ", hops::HOPS), 1);
    } else {
        expression = format!("{expression} REMOVE {}", hops::HOPS);
    }
    (expression, values)
}

/// The version of an item's form.
pub(crate) fn form_of(item: &Item) -> u32 {
    item.get("form").and_then(|form| form.as_n().ok()?.parse().ok()).unwrap_or(1)
}

/// Brings an item to the present form. One of a later form stays as it is.
pub(crate) fn upgrade(item: &mut Item) {
    let form = form_of(item);
    if form >= FORM {
        return;
    }
    let kind = Kind::of(text(item, "pk"), text(item, "sk"));
    if form < 2 {
        to_second(item, kind);
    }
    if form < 3 {
        to_third(item, kind);
    }
    if form < 4 {
        to_fourth(item);
    }
    of_present_form(item);
}

/// The second form says what the first let be absent, and finds what is kept of Stripe's by the
/// organisation.
fn to_second(item: &mut Item, kind: Kind) {
    match kind {
        Kind::Member => absent_is(item, &[("version", 1)]),
        Kind::Client => absent_is(item, &[("number", 0), ("party_number", 0)]),
        Kind::Category => absent_is(item, &[("number", 0)]),
        Kind::CatalogueItem => absent_is(item, &[("number", 0), ("stock_quantity", 0)]),
        Kind::Invoice => absent_is(item, &[("billing_number", 0)]),
        Kind::StripeIntent | Kind::StripeOwner => place_with_organisation(item),
        Kind::Attribute
        | Kind::Contact
        | Kind::Lead
        | Kind::Pipeline
        | Kind::Webhook
        | Kind::PriceTier
        | Kind::Service
        | Kind::Supplier
        | Kind::FollowUp
        | Kind::Expense
        | Kind::PaymentMethod
        | Kind::Part(_)
        | Kind::Organisation
        | Kind::Other => {}
    }
}

/// The third form gives the stages of pipelines ids, and leads those of their stages.
fn to_third(item: &mut Item, kind: Kind) {
    match kind {
        Kind::Pipeline => name_stages(item),
        Kind::Lead => name_stage_of_lead(item),
        Kind::Member
        | Kind::Client
        | Kind::Category
        | Kind::CatalogueItem
        | Kind::Invoice
        | Kind::StripeIntent
        | Kind::StripeOwner
        | Kind::Attribute
        | Kind::Contact
        | Kind::Webhook
        | Kind::PriceTier
        | Kind::Service
        | Kind::Supplier
        | Kind::FollowUp
        | Kind::Expense
        | Kind::PaymentMethod
        | Kind::Part(_)
        | Kind::Organisation
        | Kind::Other => {}
    }
}

/// The fourth form has the paths of images, where the third had URLs.
fn to_fourth(item: &mut Item) {
    let Some(AttributeValue::L(images)) = item.get_mut("images") else { return };
    for image in images {
        if let AttributeValue::S(url) = image
            && let Some((_, path)) = url.split_once("/files/")
        {
            *image = s(path);
        }
    }
}

/// Gives each stage of a pipeline the id that its leads have it by.
fn name_stages(item: &mut Item) {
    let Ok(pipeline) = text(item, "id").parse() else { return };
    let Some(AttributeValue::L(stages)) = item.get_mut("stages") else { return };
    for stage in stages {
        if let AttributeValue::M(stage) = stage {
            let id = s(StageId::derived(pipeline, text(stage, "name")).to_string());
            stage.entry("id".to_owned()).or_insert(id);
        }
    }
}

fn name_stage_of_lead(item: &mut Item) {
    let stage = text(item, "stage");
    let pipeline = text(item, "pipeline").parse().ok().filter(|_| !stage.is_empty());
    let id = pipeline.map(|pipeline| s(StageId::derived(pipeline, stage).to_string()));
    item.entry("stage_id".to_owned()).or_insert_with(|| id.unwrap_or(AttributeValue::Null(true)));
}

fn absent_is(item: &mut Item, values: &[(&str, u64)]) {
    for (name, value) in values {
        item.entry((*name).to_owned()).or_insert_with(|| n(value));
    }
}

/// Puts what is kept of an object of Stripe's where its organisation finds it. While it is not known
/// whose it is, it expires.
pub(crate) fn place_with_organisation(item: &mut Item) {
    let owner = match item.get("owner") {
        Some(AttributeValue::M(owner)) => owner.get("organisation"),
        Some(_) => None,
        None => item.get("organisation"),
    };
    let organisation = owner.and_then(|id| id.as_s().ok()?.parse().ok());
    if let Some(organisation) = organisation.map(domain::Tenant::trusted) {
        let pk = text(item, "pk").to_owned();
        item.insert("gsi1pk".into(), s(keys::stripe_of(organisation)));
        item.insert("gsi1sk".into(), s(pk));
    }
}

pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Key;

    fn update(expression: &'static str) -> String {
        let key = Key { pk: "SEQ#USER".into(), sk: "SEQ".into() };
        let (names, values) = Default::default();
        stamped(&Update { key, expression, condition: String::new(), names, values }).0
    }

    #[test]
    fn an_update_says_the_form_beside_whatever_else_it_says() {
        const SET: &str = "SET form = if_not_exists(form, :form)";
        assert_eq!(update("ADD used :one"), format!("ADD used :one {SET} REMOVE hops"));
        assert_eq!(update("SET a = :a ADD used :one"), format!("{SET}, a = :a ADD used :one REMOVE hops"));
        assert_eq!(update("REMOVE b SET a = :a"), format!("REMOVE hops, b {SET}, a = :a"));
    }

    #[tokio::test]
    async fn a_write_after_webhooks_says_after_how_many() {
        let written = async {
            hops::count(3);
            let mut item = Item::new();
            stamp(&mut item);
            (update("REMOVE b SET a = :a"), item)
        };
        let (expression, item) = hops::scope(written).await;
        assert_eq!(expression, "REMOVE b SET hops = :hops, form = if_not_exists(form, :form), a = :a");
        assert_eq!(item["hops"], n(3));
        let mut item = Item::new();
        hops::scope(async { stamp(&mut item) }).await;
        assert!(!item.contains_key("hops"));
    }

    #[test]
    fn the_stages_of_pipelines_and_leads_get_the_same_ids() {
        let pk = |collection: &str| s(format!("ORG#0192f0c1-2345-7abc-8def-000000000001#{collection}"));
        let id = "0192f0c1-2345-7abc-8def-000000000007";
        let stage = |name: &str| AttributeValue::M([("name".to_owned(), s(name))].into());
        let stages = AttributeValue::L(vec![stage("Prospecting"), stage("Negotiation")]);
        let mut pipeline: Item =
            [("pk".into(), pk("PIPELINE")), ("id".into(), s(id)), ("stages".into(), stages)].into();
        upgrade(&mut pipeline);
        let ids = pipeline["stages"].as_l().unwrap().iter().map(|stage| stage.as_m().unwrap()["id"].clone());
        let ids: Vec<_> = ids.collect();
        let lead = |pipeline: AttributeValue, stage: &str| {
            let (pk, sk, stage) = (pk("LEAD"), s("l"), s(stage));
            let mut lead: Item =
                [("pk".into(), pk), ("sk".into(), sk), ("pipeline".into(), pipeline), ("stage".into(), stage)].into();
            upgrade(&mut lead);
            lead["stage_id"].clone()
        };
        assert_eq!(lead(s(id), "negotiation"), ids[1]);
        assert_ne!(ids[0], ids[1]);
        assert_eq!(lead(s(id), ""), AttributeValue::Null(true));
        assert_eq!(lead(AttributeValue::Null(true), "Negotiation"), AttributeValue::Null(true));
    }

    #[test]
    fn images_are_paths_whether_they_were_added_before_or_after() {
        let images = ["https://old.example/files/images/clients/c/1.png", "images/clients/c/2.png"].map(s).to_vec();
        let pk = "ORG#0192f0c1-2345-7abc-8def-000000000001#CLIENT";
        let mut item: Item = [("pk".into(), s(pk)), ("images".into(), AttributeValue::L(images))].into();
        item.insert("form".into(), n(3));
        upgrade(&mut item);
        let paths = ["images/clients/c/1.png", "images/clients/c/2.png"].map(s).to_vec();
        assert_eq!(item["images"], AttributeValue::L(paths));
    }

    #[test]
    fn a_step_done_twice_does_no_harm_and_later_forms_are_left_alone() {
        let pk = "ORG#0192f0c1-2345-7abc-8def-000000000001#CLIENT";
        let mut item: Item = [("pk".into(), s(pk)), ("sk".into(), s("c")), ("number".into(), n(7))].into();
        upgrade(&mut item);
        assert_eq!((form_of(&item), &item["number"], &item["party_number"]), (FORM, &n(7), &n(0)));
        let once = item.clone();
        item.insert("form".into(), n(1));
        upgrade(&mut item);
        assert_eq!(item, once);
        item.remove("party_number");
        item.insert("form".into(), n(FORM + 1));
        let later = item.clone();
        upgrade(&mut item);
        assert_eq!(item, later);
    }
}
