//! What a call to AWS needs, by the service authorization reference.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::Access;
use crate::services::{ACCOUNT, REGION};

/// The partition keys of the items that a call is about.
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// What a call does.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// What it needs.
    pub(super) needs: Vec<Access>,
    /// What S3 wants to see as well before it says that an object is not there, and does not forbid it.
    pub(super) to_miss: Option<Access>,
}

/// Reads a request as its service will.
pub(super) fn read(request: &HttpRequest) -> Result<Call, String> {
    let url = Url::parse(request.uri()).map_err(|error| format!("{}: {error}", request.uri()))?;
    if let Some(target) = request.headers().get("x-amz-target") {
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())
            .map_err(|error| format!("{target}: its body is not JSON: {error}"))?;
        let (service, operation) = target.split_once('.').unwrap_or_default();
        let needs = match service {
            "DynamoDB_20120810" => dynamodb(operation, &body),
            "AmazonSQS" => sqs(operation, &body),
            "secretsmanager" => secrets(operation, &body),
            _ => None,
        };
        let needs = needs.ok_or_else(|| format!("nobody has said what {target} needs"))?;
        return Ok(Call { needs, to_miss: None });
    }
    if url.path() == "/v2/email/outbound-emails" {
        return Ok(Call { needs: ses(request)?, to_miss: None });
    }
    s3(request, &url).ok_or_else(|| format!("nobody has said what {} {url} needs", request.method()))
}

/// A transaction needs what its parts would need, a `Query` of an index the index alone.
fn dynamodb(operation: &str, body: &Value) -> Option<Vec<Access>> {
    let table = |name: &str| format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}");
    let on = |action: &str, of: &Value, partitions: Vec<String>| {
        let access = Access::new(&format!("dynamodb:{action}"), &table(of["TableName"].as_str()?));
        Some(access.with(LEADING_KEYS, partitions))
    };
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => Some(vec![on(operation, body, partition(&body["Key"]))?]),
        "PutItem" => Some(vec![on(operation, body, partition(&body["Item"]))?]),
        "Query" | "Scan" => {
            let name = table(body["TableName"].as_str()?);
            let resource = body["IndexName"].as_str().map_or(name.clone(), |index| format!("{name}/index/{index}"));
            let access = Access::new(&format!("dynamodb:{operation}"), &resource);
            Some(vec![access.with(LEADING_KEYS, queried_partition(body))])
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let of = |(name, requests): (&String, &Value)| {
                let all = requests.get("Keys").unwrap_or(requests).as_array().into_iter().flatten();
                let key = |request: &Value| match (
                    request.pointer("/PutRequest/Item"),
                    request.pointer("/DeleteRequest/Key"),
                ) {
                    (Some(key), _) | (None, Some(key)) => partition(key),
                    (None, None) => partition(request),
                };
                Access::new(&format!("dynamodb:{operation}"), &table(name)).with(LEADING_KEYS, all.flat_map(key))
            };
            Some(body["RequestItems"].as_object()?.iter().map(of).collect())
        }
        "TransactGetItems" => {
            let part = |item: &Value| on("GetItem", &item["Get"], partition(&item["Get"]["Key"]));
            body["TransactItems"].as_array()?.iter().map(part).collect()
        }
        "TransactWriteItems" => {
            let part = |item: &Value| {
                let (kind, of) = item.as_object()?.iter().find(|(_, of)| of.is_object())?;
                match kind.as_str() {
                    "Put" => on("PutItem", of, partition(&of["Item"])),
                    "Update" => on("UpdateItem", of, partition(&of["Key"])),
                    "Delete" => on("DeleteItem", of, partition(&of["Key"])),
                    "ConditionCheck" => on("ConditionCheckItem", of, partition(&of["Key"])),
                    _ => None,
                }
            };
            body["TransactItems"].as_array()?.iter().map(part).collect()
        }
        _ => None,
    }
}

/// The partition key of an item or a key.
fn partition(item: &Value) -> Vec<String> {
    item["pk"]["S"].as_str().map(str::to_owned).into_iter().collect()
}

/// The partition key that a `Query` names: the first equality of its condition.
fn queried_partition(body: &Value) -> Option<String> {
    let condition = body["KeyConditionExpression"].as_str()?;
    let name = condition.split_once('=')?.1.split_whitespace().next()?;
    body["ExpressionAttributeValues"][name]["S"].as_str().map(str::to_owned)
}

fn sqs(operation: &str, body: &Value) -> Option<Vec<Access>> {
    let action = operation.strip_suffix("Batch").unwrap_or(operation);
    let known = ["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"];
    let queue = body["QueueUrl"].as_str()?.rsplit('/').next()?;
    let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}");
    known.contains(&action).then(|| vec![Access::new(&format!("sqs:{action}"), &arn)])
}

fn secrets(operation: &str, body: &Value) -> Option<Vec<Access>> {
    let id = body["SecretId"].as_str()?;
    (operation == "GetSecretValue").then(|| vec![Access::new("secretsmanager:GetSecretValue", id)])
}

/// SES goes by the address where it is verified by itself, else by its domain; a role has to allow either. With a file
/// attached it authorises a raw mail as well.
fn ses(request: &HttpRequest) -> Result<Vec<Access>, String> {
    let body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())
        .map_err(|error| format!("a mail is not JSON: {error}"))?;
    let from = body["FromEmailAddress"].as_str().unwrap_or_default();
    let address = from.rsplit('<').next().unwrap_or(from).trim_end_matches('>');
    let domain = address.rsplit('@').next().unwrap_or(address);
    let identity = |name: &str| format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{name}");
    let has_file = body["Content"]["Simple"]["Attachments"].as_array().is_some_and(|files| !files.is_empty());
    let actions: &[&str] = if has_file { &["ses:SendEmail", "ses:SendRawEmail"] } else { &["ses:SendEmail"] };
    let set = body["ConfigurationSetName"].as_str();
    let set = set.map(|name| format!("arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{name}"));
    let resources: Vec<String> = [identity(address), identity(domain)].into_iter().chain(set).collect();
    let on = |action: &&str| {
        let on = |resource: &String| Access::new(action, resource).with("ses:FromAddress", [address.to_owned()]);
        resources.iter().map(on).collect::<Vec<_>>()
    };
    Ok(actions.iter().flat_map(on).collect())
}

/// A copy reads its source. An object that is not there is a 404 to who may list the bucket alone.
fn s3(request: &HttpRequest, url: &Url) -> Option<Call> {
    let path = percent_decode_str(url.path()).decode_utf8().ok()?.into_owned();
    let (bucket, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    let bucket_arn = |name: &str| format!("arn:aws:s3:::{name}");
    let object = |action: &str, path: &str| Access::new(action, &format!("arn:aws:s3:::{path}"));
    let has = |name: &str| url.query_pairs().any(|(query, _)| query == name);
    let one = |action: &str| vec![object(action, &format!("{bucket}/{key}"))];
    let list = |name: &str| Access::new("s3:ListBucket", &bucket_arn(name));
    let copied = request.headers().get("x-amz-copy-source");
    let (needs, to_miss) = match (request.method(), key.is_empty()) {
        ("GET", true) if has("list-type") => (vec![list(bucket)], None),
        ("GET" | "HEAD", false) => (one("s3:GetObject"), Some(list(bucket))),
        ("PUT", false) => match copied {
            None => (one("s3:PutObject"), None),
            Some(source) => {
                let source = percent_decode_str(source.trim_start_matches('/')).decode_utf8().ok()?.into_owned();
                let from = list(source.split('/').next()?);
                ([one("s3:PutObject"), vec![object("s3:GetObject", &source)]].concat(), Some(from))
            }
        },
        // The steps of an upload in parts.
        ("POST", false) if has("uploads") || has("uploadId") => (one("s3:PutObject"), None),
        ("DELETE", false) if has("uploadId") => (one("s3:AbortMultipartUpload"), None),
        ("DELETE", false) => (one("s3:DeleteObject"), None),
        _ => return None,
    };
    Some(Call { needs, to_miss })
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::primitives::SdkBody;
    use serde_json::json;

    use super::*;

    fn request(method: &str, uri: &str, headers: &[(&'static str, &'static str)], body: &Value) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body.to_string()));
        request.set_method(method).unwrap();
        request.set_uri(uri.to_owned()).unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        request
    }

    fn needs(call: &Call) -> Vec<String> {
        let on = |access: &Access| Access::new(&access.action, &access.resource).to_string();
        call.needs.iter().map(|access| on(access).replace("arn:aws:", "")).collect()
    }

    #[test]
    fn a_transaction_needs_what_its_parts_need_and_an_index_is_a_resource_of_its_own() {
        let part = |kind: &str| json!({kind: {"TableName": "t"}});
        let on = "dynamodb:us-east-1:000000000000:table/t";
        let parts = ["Put", "Update", "Delete", "ConditionCheck"].map(part);
        for (operation, body, expected) in [
            ("GetItem", json!({"TableName": "t"}), vec![format!("dynamodb:GetItem on {on}")]),
            (
                "Query",
                json!({"TableName": "t", "IndexName": "lsi1"}),
                vec![format!("dynamodb:Query on {on}/index/lsi1")],
            ),
            ("BatchGetItem", json!({"RequestItems": {"t": {}}}), vec![format!("dynamodb:BatchGetItem on {on}")]),
            (
                "TransactWriteItems",
                json!({"TransactItems": parts}),
                ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
                    .map(|action| format!("dynamodb:{action} on {on}"))
                    .into(),
            ),
        ] {
            let target = Box::leak(format!("DynamoDB_20120810.{operation}").into_boxed_str());
            let call = read(&request("POST", "http://127.0.0.1/", &[("x-amz-target", target)], &body)).unwrap();
            assert_eq!((needs(&call), call.to_miss), (expected, None), "{operation}");
        }
        let unknown = [("x-amz-target", "DynamoDB_20120810.ExportTableToPointInTime")];
        assert!(read(&request("POST", "http://127.0.0.1/", &unknown, &json!({}))).is_err());
    }

    #[test]
    fn every_call_to_the_table_says_whose_items_it_is_about() {
        let key = |pk: &str| json!({"pk": {"S": pk}, "sk": {"S": "s"}});
        let written = json!({"TransactItems": [
            {"Put": {"TableName": "t", "Item": key("a")}},
            {"Delete": {"TableName": "t", "Key": key("b")}},
        ]});
        let query = json!({
            "TableName": "t",
            "KeyConditionExpression": "gsi1pk = :pk AND gsi1sk = :sk",
            "ExpressionAttributeValues": {":pk": {"S": "a"}, ":sk": {"S": "b"}},
        });
        for (operation, body, expected) in [
            ("GetItem", json!({"TableName": "t", "Key": key("a")}), vec!["a"]),
            ("PutItem", json!({"TableName": "t", "Item": key("a")}), vec!["a"]),
            ("Query", query, vec!["a"]),
            ("BatchGetItem", json!({"RequestItems": {"t": {"Keys": [key("a"), key("b")]}}}), vec!["a", "b"]),
            (
                "BatchWriteItem",
                json!({"RequestItems": {"t": [{"PutRequest": {"Item": key("a")}}, {"DeleteRequest": {"Key": key("b")}}]}}),
                vec!["a", "b"],
            ),
            ("TransactWriteItems", written, vec!["a", "b"]),
        ] {
            let needs = dynamodb(operation, &body).unwrap();
            let keys = needs.iter().flat_map(|access| &access.context).map(|(key, value)| (*key, value.as_str()));
            let expected = expected.into_iter().map(|pk| (LEADING_KEYS, pk));
            assert!(keys.clone().eq(expected), "{operation}: {:?}", keys.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_copy_reads_its_source_and_a_missing_object_asks_for_the_list() {
        let at = |path: &str| format!("http://127.0.0.1:9{path}");
        let copy = [("x-amz-copy-source", "b/tmp/a%20b")];
        for (method, path, headers, expected, to_miss) in [
            ("GET", "/b/?list-type=2&prefix=tmp", &[][..], vec!["s3:ListBucket on s3:::b"], false),
            ("HEAD", "/b/images/x", &[], vec!["s3:GetObject on s3:::b/images/x"], true),
            ("PUT", "/b/images/x?x-id=PutObject", &[], vec!["s3:PutObject on s3:::b/images/x"], false),
            ("PUT", "/b/c", &copy, vec!["s3:PutObject on s3:::b/c", "s3:GetObject on s3:::b/tmp/a b"], true),
            ("DELETE", "/b/c", &[], vec!["s3:DeleteObject on s3:::b/c"], false),
        ] {
            let call = read(&request(method, &at(path), headers, &json!({}))).unwrap();
            assert_eq!(needs(&call), expected, "{method} {path}");
            assert_eq!(call.to_miss, to_miss.then(|| Access::new("s3:ListBucket", "arn:aws:s3:::b")), "{path}");
        }
    }

    #[test]
    fn a_mail_needs_its_senders_address_and_domain() {
        let body = json!({"FromEmailAddress": "Books <no-reply@books.example>"});
        let call = read(&request("POST", "http://127.0.0.1/v2/email/outbound-emails", &[], &body)).unwrap();
        let on = "ses:SendEmail on ses:us-east-1:000000000000:identity/";
        assert_eq!(needs(&call), ["no-reply@books.example", "books.example"].map(|name| format!("{on}{name}")));
        let body = json!({"FromEmailAddress": "no-reply@books.example", "ConfigurationSetName": "reports"});
        let call = read(&request("POST", "http://127.0.0.1/v2/email/outbound-emails", &[], &body)).unwrap();
        assert!(needs(&call).contains(&on.replace("identity/", "configuration-set/reports")), "{:?}", needs(&call));
    }
}
