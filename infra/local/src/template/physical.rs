//! Physical names: what `Ref` and `GetAtt` of a resource give in the local account.

use std::collections::BTreeMap;

use crate::services::{ACCOUNT, REGION};

/// The name of the stack, and the start of every generated name.
pub(super) const STACK: &str = "tributary-local";

/// One resource as other parts of the template see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Physical {
    /// Its name.
    pub(super) name: String,
    /// What `Ref` gives.
    pub(super) reference: String,
    /// What `GetAtt` gives, by attribute.
    pub(super) attributes: BTreeMap<String, String>,
}

/// The addresses that only the running services know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Where the gateway listens, without a final slash.
    pub gateway: String,
    /// Where SQS listens, without a final slash.
    pub sqs: String,
}

/// What other parts of the template see of a resource.
pub(super) fn physical(kind: &str, logical_id: &str, name: &str, addresses: &Addresses) -> Physical {
    let with = |reference: &str, attributes: &[(&str, String)]| with(name, reference, attributes);
    match kind {
        "AWS::DynamoDB::Table" => {
            let arn = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}");
            let stream = format!("{arn}/stream/local");
            with(name, &[("Arn", arn), ("StreamArn", stream)])
        }
        "AWS::SQS::Queue" => {
            let url = format!("{}/{ACCOUNT}/{name}", addresses.sqs);
            let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}");
            with(&url, &[("Arn", arn), ("QueueName", name.to_owned()), ("QueueUrl", url.clone())])
        }
        "AWS::S3::Bucket" => {
            let domain = format!("{name}.s3.amazonaws.com");
            with(name, &[("Arn", format!("arn:aws:s3:::{name}")), ("DomainName", domain)])
        }
        "AWS::Serverless::Function" => {
            with(name, &[("Arn", format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"))])
        }
        "AWS::Serverless::HttpApi" => {
            with(name, &[("ApiId", name.to_owned()), ("ApiEndpoint", addresses.gateway.clone())])
        }
        "AWS::IAM::Role" => with(name, &[("Arn", format!("arn:aws:iam::{ACCOUNT}:role/{name}"))]),
        "AWS::Logs::LogGroup" => with(name, &[("Arn", format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*"))]),
        "AWS::SecretsManager::Secret" => {
            let arn = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}");
            with(&arn, &[("Id", arn.clone())])
        }
        // Nothing of these runs here; other resources may still name them.
        _unserved => with(name, &[("Arn", format!("arn:aws:local:{REGION}:{ACCOUNT}:{logical_id}"))]),
    }
}

/// The name that CloudFormation would make up, without its random end: here it must be the same after a restart.
pub(super) fn generated_name(kind: &str, logical_id: &str) -> String {
    let name = format!("{STACK}-{logical_id}");
    if kind == "AWS::S3::Bucket" { name.to_lowercase() } else { name }
}

/// The property that sets a resource's name.
pub(super) fn name_property(kind: &str) -> Option<&'static str> {
    match kind {
        "AWS::DynamoDB::Table" => Some("TableName"),
        "AWS::SQS::Queue" => Some("QueueName"),
        "AWS::S3::Bucket" => Some("BucketName"),
        "AWS::Serverless::Function" => Some("FunctionName"),
        "AWS::SecretsManager::Secret" => Some("Name"),
        "AWS::IAM::Role" => Some("RoleName"),
        "AWS::Logs::LogGroup" => Some("LogGroupName"),
        _ => None,
    }
}

fn with(name: &str, reference: &str, attributes: &[(&str, String)]) -> Physical {
    let attributes = attributes.iter().map(|(attribute, value)| ((*attribute).to_owned(), value.clone())).collect();
    Physical { name: name.to_owned(), reference: reference.to_owned(), attributes }
}
