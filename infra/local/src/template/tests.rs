use std::time::Duration;

use serde_json::json;

use super::*;

fn given() -> Given {
    let parameters = [("MailSender", "post@example.test")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    Given { parameters: parameters.into(), secrets: [("DataSecret".to_owned(), "s3cret".to_owned())].into() }
}

fn addresses() -> Addresses {
    Addresses { gateway: "http://127.0.0.1:3000".to_owned(), sqs: "http://127.0.0.1:9324".to_owned() }
}

fn read(text: &str, given: &Given) -> Result<Template, TemplateError> {
    Template::read(text, given, &addresses())
}

fn with_function(properties: &str) -> String {
    format!(
        "Resources:\n  One: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: functions/one/, {properties}}}}}\n"
    )
}

#[test]
fn the_deployed_template_is_served_in_full() {
    let template = read(EMBEDDED, &given()).unwrap();
    assert_eq!(template.tables[0].name, "tributary-local-Table");
    assert_eq!(template.tables[0].properties["TableName"], "tributary-local-Table");
    let secrets = ["DataSecret", "SigningSecret", "StripeSecretKey", "StripeWebhookSecret"].map(str::to_owned);
    assert_eq!(Template::secrets(EMBEDDED).unwrap(), BTreeSet::from(secrets));

    let auth = template.function("auth").unwrap();
    assert_eq!((auth.memory, auth.timeout), (1024, Duration::from_secs(29)));
    assert_eq!(auth.environment["MAIL_SENDER"], "post@example.test");
    assert_eq!(auth.environment["TABLE_NAME"], "tributary-local-Table");
    assert_eq!(template.secret_values[&auth.environment["SECRET_KEY_ARN"]], "s3cret");

    let queue = template.queues.iter().find(|queue| queue.logical_id == "DeliveryQueue").unwrap();
    let dead_letters = "arn:aws:sqs:us-east-1:000000000000:tributary-local-DeliveryDeadLetterQueue";
    assert_eq!(queue.properties["RedrivePolicy"], json!({"deadLetterTargetArn": dead_letters, "maxReceiveCount": 16}));
    let place = |id: &str| template.queues.iter().position(|queue| queue.logical_id == id);
    assert!(place("DeliveryDeadLetterQueue") < place("DeliveryQueue"));
    let dispatcher = template.function("webhook-dispatcher").unwrap();
    assert_eq!(dispatcher.environment["DELIVERY_QUEUE_URL"], template.queue_urls["DeliveryQueue"]);
    let EventKind::Queue(source) = &dispatcher.events[0].kind else { panic!("{dispatcher:?}") };
    assert_eq!((source.arn.as_str(), source.reports_failures), (queue.arn.as_str(), true));

    let fanout = template.function("webhook-fanout").unwrap();
    let EventKind::Stream(source) = &fanout.events[0].kind else { panic!("{fanout:?}") };
    assert!(source.arn.contains("table/tributary-local-Table/stream/"));
    assert!(!source.patterns.is_empty());
    assert!(template.cors.is_some());
}

#[test]
fn intrinsic_functions_resolve_in_both_spellings() {
    let text = r#"
Parameters:
  Stage: {Type: String, Default: prod, AllowedValues: [dev, prod]}
  Origins: {Type: CommaDelimitedList, Default: "a, b"}
Mappings: {Sizes: {prod: {memory: 2048}}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsNot: !Not [!Condition IsProd]
  Either: !Or [!Condition IsNot, !Condition IsProd]
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${Stage}-books"}}
  Gone: {Type: AWS::SQS::Queue, Condition: IsNot}
  One:
    Type: AWS::Serverless::Function
    Condition: Either
    Properties:
      CodeUri: ./functions/one
      MemorySize: !FindInMap [Sizes, !Ref Stage, memory]
      Environment:
        Variables:
          SHORT: !GetAtt Table.Arn
          LONG: {"Fn::GetAtt": [Table, Arn]}
          SUB: !Sub ["${Table}/${Own}/${!Kept}/${Table.Arn}", {Own: !Ref AWS::Region}]
          JOIN: {"Fn::Join": ["-", [!Ref Stage, {Ref: Table}]]}
          SELECT: !Select [1, !Ref Origins]
          SPLIT: !Select [0, !Split ["-", !Ref Table]]
          NONE: !If [IsNot, here, !Ref AWS::NoValue]
"#;
    let template = read(text, &Given::default()).unwrap();
    assert!(template.queues.is_empty());
    let function = template.function("one").unwrap();
    assert_eq!(function.memory, 2048);
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/prod-books";
    let wanted = [
        ("SHORT", arn),
        ("LONG", arn),
        ("SUB", &format!("prod-books/us-east-1/${{Kept}}/{arn}")),
        ("JOIN", "prod-prod-books"),
        ("SELECT", "b"),
        ("SPLIT", "prod"),
    ];
    let wanted = wanted.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(function.environment, BTreeMap::from(wanted));
}

#[test]
fn every_kind_of_event_is_read() {
    let events = r#"Events: {
        Any: {Type: HttpApi, Properties: {Path: "/a/{id}", Method: any}},
        Get: {Type: HttpApi, Properties: {Path: /a, Method: get}},
        Rest: {Type: HttpApi},
        Rate: {Type: Schedule, Properties: {Schedule: rate(1 hour), Input: '{"a":1}'}},
        Off: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 hour), State: DISABLED}}}"#;
    let template = read(&with_function(events), &Given::default()).unwrap();
    let names: Vec<&str> = template.functions[0].events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["Any", "Get", "Rest", "Rate"]);
    let keys = template.functions[0].events.iter().filter_map(|event| match &event.kind {
        EventKind::Http(route) => Some(route.key()),
        EventKind::Queue(_) | EventKind::Stream(_) | EventKind::Schedule(_) => None,
    });
    assert_eq!(keys.collect::<Vec<_>>(), ["ANY /a/{id}", "GET /a", "$default"]);
}

#[test]
fn what_the_local_cloud_does_not_know_is_an_error_that_names_its_place() {
    let stream = "Stream: a, StartingPosition";
    for (properties, place) in [
        ("Layers: [a]", "Resources.One.Properties: the local cloud does not know Layers"),
        ("MemorySize: many", "Resources.One.Properties.MemorySize: \"many\" is not a whole number"),
        ("MemorySize: !Ref Other", "Resources.One.Properties.MemorySize: Other is neither"),
        (
            "MemorySize: !Cidr [a]",
            "Resources.One.Properties.MemorySize: the local cloud does not know the function Cidr",
        ),
        ("Events: {E: {Type: SNS}}", "Properties.Events.E: the local cloud has no events of type SNS"),
        ("Events: {E: {Type: HttpApi, Properties: {Path: a}}}", "Properties.Events.E.Properties: \"a\" does not start"),
        (
            "Events: {E: {Type: HttpApi, Properties: {Auth: {}}}}",
            "Events.E.Properties: the local cloud does not know Auth",
        ),
        ("Events: {E: {Type: SQS}}", "Events.E.Properties: Queue is missing"),
        (&format!("Events: {{E: {{Type: DynamoDB, Properties: {{{stream}: LATEST}}}}}}"), "StartingPosition must be"),
        ("Events: {E: {Type: Schedule, Properties: {Schedule: daily}}}", "\"daily\" is no schedule"),
        ("Environment: {Variables: {A: '{{resolve:ssm:a}}'}}", "Variables.A: {{resolve:ssm:a}} has no value"),
    ] {
        let error = read(&with_function(properties), &Given::default()).unwrap_err().to_string();
        assert!(error.contains(place), "{properties}: {error}");
    }
}

#[test]
fn two_functions_cannot_share_a_route() {
    let route = "{Type: HttpApi, Properties: {Path: /a, Method: GET}}";
    let text = with_function(&format!("Events: {{First: {route}, Second: {route}}}"));
    let error = read(&text, &Given::default()).unwrap_err().to_string();
    assert!(error.contains("Events.Second: the route GET /a is there twice"), "{error}");
}

#[test]
fn parameters_are_checked() {
    let text = "Parameters: {Stage: {Type: String, AllowedValues: [dev]}}\nResources: {}\n";
    let with = |name: &str, value: &str| {
        let parameters = [(name.to_owned(), value.to_owned())].into();
        read(text, &Given { parameters, ..Given::default() }).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(with("Stage", "dev"), Ok(()));
    assert!(with("Stage", "test").unwrap_err().contains("not among its AllowedValues"));
    assert!(with("Other", "x").unwrap_err().contains("there is no parameter Other"));
    assert!(read(text, &Given::default()).unwrap_err().to_string().contains("no default and no value was given"));
}
