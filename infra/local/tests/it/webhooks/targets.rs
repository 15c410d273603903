//! Private targets: refused at the connection, where the deployment does not allow them.

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tributary_local::Options;

use super::*;

/// A cloud whose webhooks may not reach private addresses.
async fn public_only() -> Scene {
    let mut options = Options::ephemeral();
    options.parameters.insert("AllowPrivateWebhookTargets".to_owned(), "false".to_owned());
    Scene::on(Tributary::start_with(options).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_this_machine_is_connected_to() {
    let scene = public_only().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let targets = [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0x7f.1:{port}/"),
        "https://10.0.0.1/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://224.0.0.1/".to_owned(),
        "https://192.0.2.1/".to_owned(),
    ];
    let mut hooks = Vec::new();
    for url in &targets {
        // The look of the URL does not matter: the webhook is made.
        hooks.push((url, scene.hook(json!({"model": "Client", "event": "CREATE", "url": url})).await));
    }
    scene.client("Acme").await;
    for (url, hook) in &hooks {
        let delivery = scene.wait_for_attempts(hook, 1).await;
        let attempt = &attempts(&delivery)[0];
        assert_eq!((&delivery["status"], &attempt["response_status"]), (&json!("failed"), &Value::Null), "{url}");
        let error = attempt["error"].as_str().unwrap();
        // A number is no name that a certificate could hold, so TLS refuses it before anything is resolved.
        let expected = match url.as_str() {
            url if url.starts_with("http:") => "https",
            url if url.contains("2130706433") || url.contains("0x7f") => "name",
            _ => "public",
        };
        assert!(error.contains(expected), "{url}: {error}");
    }
    let seen = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(seen.is_err(), "a connection arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_placeholder_chooses_scheme_host_or_port() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/hook/{id}", "Client", "CREATE").await;
    let path = format!("/api/webhooks/{}/", id(&hook));
    for url in [
        "{self.attributes.url}",
        "http{self.attributes.s}://receiver.example/",
        "https://{self.attributes.host}/",
        "https://receiver.example:{self.attributes.port}/",
        "https://receiver.example{self.attributes.rest}",
        "https://{self.attributes.user}@receiver.example/",
        "https://receiver.{id}",
    ] {
        let body = json!({"name": "hook", "model": "Client", "event": "CREATE", "url": url});
        let refused = scene.tributary.post(&scene.owner, "/api/webhooks/", body).await.expect(400);
        let why = json!({"url": ["A placeholder may not stand in the scheme, the host or the port."]});
        assert_eq!(refused, why, "{url}");
        let body = json!({"url": url});
        assert_eq!(scene.tributary.patch(&scene.owner, &path, body).await.expect(400), why, "{url}");
    }
    assert_eq!(scene.get(&path).await["url"], hook["url"]);
}
