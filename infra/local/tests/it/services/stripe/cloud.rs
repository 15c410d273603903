//! The stand-in as a part of the local cloud.

use std::collections::BTreeMap;

use tributary_local::{Cloud, Options, Registry, StripeAccount};

/// A function that calls Stripe, and nothing else.
const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Parameters:
  StripeSecretKey: {Type: String, NoEcho: true}
  StripeWebhookSecret: {Type: String, NoEcho: true}
  StripeApiBase: {Type: String, Default: ""}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Pay:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/pay/
      Environment:
        Variables:
          STRIPE_SECRET_KEY: !Ref StripeSecretKey
          STRIPE_WEBHOOK_SECRET: !Ref StripeWebhookSecret
          STRIPE_API_BASE: !Ref StripeApiBase
"#;

fn options() -> Options {
    Options { template: TEMPLATE.into(), parameters: BTreeMap::new(), ..Options::ephemeral() }
}

/// What the function is given: key, secret and address.
fn given(cloud: &Cloud) -> [String; 3] {
    ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"]
        .map(|name| cloud.environment().variable("pay", name).unwrap().to_owned())
}

#[tokio::test]
async fn without_keys_functions_are_given_the_stand_in() {
    let cloud = Cloud::start(options(), |_| Registry::new()).await.unwrap();
    let [key, secret, address] = given(&cloud);
    assert!(key.starts_with("sk_test_") && secret.starts_with("whsec_"), "{key} {secret}");
    assert_eq!(Some(&address), cloud.environment().stripe_url.as_ref());
    assert_eq!(address, cloud.stripe().unwrap().endpoint());
    let shown = format!("{:?}", cloud.environment().stripe);
    assert!(!shown.contains(&secret) && !shown.contains(&key), "{shown}");
}

#[tokio::test]
async fn with_both_keys_functions_are_given_them_and_there_is_no_stand_in() {
    for (api_base, address) in [(None, ""), (Some("http://127.0.0.1:9".to_owned()), "http://127.0.0.1:9")] {
        let account = StripeAccount {
            secret_key: "sk_live_1".to_owned(),
            webhook_secret: "whsec_1,whsec_2".to_owned(),
            api_base: api_base.clone(),
        };
        let options = Options { stripe: Some(account), ..options() };
        let cloud = Cloud::start(options, |_| Registry::new()).await.unwrap();
        assert_eq!(given(&cloud), ["sk_live_1", "whsec_1,whsec_2", address]);
        assert!(cloud.stripe().is_none() && cloud.environment().stripe_url.is_none());
        cloud.shutdown().await;
    }
}

#[tokio::test]
async fn a_restart_keeps_the_keys_and_the_address() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data_dir: directory.path().to_owned(), ephemeral: false, ..options() };
    let cloud = Cloud::start(options(), |_| Registry::new()).await.unwrap();
    let first = given(&cloud);
    cloud.shutdown().await;
    super::closed(&first[2]).await;
    let cloud = Cloud::start(options(), |_| Registry::new()).await.unwrap();
    assert_eq!(given(&cloud), first);
}
