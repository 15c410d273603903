//! Lists of leads and pipelines: filters, order, pages.

use super::*;

/// Walks a list two rows at a time, and gives the rows' names page by page.
async fn pages(scene: &Scene, list: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut next = format!("{list}{}limit=2", if list.contains('?') { '&' } else { '?' });
    loop {
        let answer = scene.get(&next).await;
        pages.push(column(&answer.expect(200), "name"));
        let Some(link) = answer.header("link") else { return pages };
        let url = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).unwrap();
        next = url.strip_prefix(scene.tributary.cloud.base_url()).unwrap().to_owned();
        assert!(pages.len() < 10, "the pages of {list} do not end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_found_by_responsible_stage_pipeline_and_a_part_of_the_name() {
    let scene = Scene::start().await;
    let (owner, colleague) = (scene.owner_id().await, scene.member("colleague").await);
    let pipeline = scene.pipeline().await["id"].clone();
    for (name, responsible, pipeline, stage) in [
        ("Anna", &owner, &pipeline, "Prospecting"),
        ("Hannah", &colleague, &pipeline, "Won"),
        ("Bob", &owner, &Value::Null, "Prospecting"),
        ("Carl", &Value::Null, &Value::Null, "prospecting"),
        ("Joanna", &owner, &pipeline, "Prospecting"),
    ] {
        scene.lead(json!({"name": name, "responsible": responsible, "pipeline": pipeline, "stage": stage})).await;
    }
    let pipeline = pipeline.as_str().unwrap();
    for (query, names) in [
        ("".to_owned(), &["Anna", "Hannah", "Bob", "Carl", "Joanna"][..]),
        (format!("?responsible={owner}&stage=Prospecting"), &["Anna", "Bob", "Joanna"]),
        (format!("?responsible={colleague}"), &["Hannah"]),
        ("?responsible=999999".to_owned(), &[]),
        ("?stage=prospecting".to_owned(), &["Carl"]),
        ("?stage=Prospect".to_owned(), &[]),
        ("?stage=&name=".to_owned(), &["Anna", "Hannah", "Bob", "Carl", "Joanna"]),
        (format!("?pipeline={pipeline}"), &["Anna", "Hannah", "Joanna"]),
        (format!("?pipeline_id={pipeline}"), &["Anna", "Hannah", "Joanna"]),
        (format!("?pipeline_id={pipeline}&stage=Won"), &["Hannah"]),
        (format!("?pipeline_id={NOWHERE}"), &[]),
        (format!("?pipeline={pipeline}&stage=Won&name=NNA"), &["Hannah"]),
        ("?name=anna".to_owned(), &["Anna", "Hannah", "Joanna"]),
    ] {
        let list = scene.get(&format!("/api/leads/{query}")).await.expect(200);
        assert_eq!(column(&list, "name"), names, "{query}");
    }
    refused(&scene.get("/api/leads/?responsible=x&pipeline=1").await, &["responsible", "pipeline"]);
    refused(&scene.get("/api/leads/?pipeline_id=1").await, &["pipeline_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_oldest_first_in_pages_with_and_without_a_filter() {
    let scene = Scene::start().await;
    for name in ["a1", "a2", "b1", "a3", "a4"] {
        scene.lead(json!({"name": name})).await;
        scene.make("/api/pipelines/", json!({"name": name})).await;
    }
    for list in ["/api/leads/", "/api/pipelines/"] {
        assert_eq!(pages(&scene, list).await, [vec!["a1", "a2"], vec!["b1", "a3"], vec!["a4"]], "{list}");
        for limit in ["0", "1001", "x"] {
            refused(&scene.get(&format!("{list}?limit={limit}")).await, &["limit"]);
        }
        refused(&scene.get(&format!("{list}?cursor=AAAA")).await, &["cursor"]);
    }
    assert_eq!(pages(&scene, "/api/leads/?name=a").await, [["a1", "a2"], ["a3", "a4"]]);
    let link = scene.get("/api/leads/?limit=1").await.header("link").unwrap().to_owned();
    let cursor = link.split("cursor=").nth(1).unwrap().split('>').next().unwrap();
    refused(&scene.get(&format!("/api/pipelines/?limit=1&cursor={cursor}")).await, &["cursor"]);
}
