//! Sends every request, causes every trigger, and reads what each of them cost.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Failure;
use crate::crowd::{self, Size};
use crate::functions::Seen;
use crate::reading;
use crate::relay::Asked;
use crate::scenarios::{self, Scenario};
use crate::scene::Scene;
use crate::table::{Cost, Entry, FunctionRow, Key};
use crate::triggers::{self, Listeners, Trigger};

/// What was measured in an organisation of one size.
#[derive(Debug, Clone)]
pub struct Measured {
    /// How much was in it.
    pub size: Size,
    /// What each call cost, in the order of the table.
    pub calls: Vec<(Key, Call)>,
    /// What is known of each function.
    pub functions: BTreeMap<String, FunctionRow>,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The function that answered.
    pub function: String,
    /// Why it costs more where there is more data, if it does.
    pub grows: Option<&'static str>,
    /// Why it costs one time more than another, if it does.
    pub varies: Option<&'static str>,
    /// What it cost.
    pub cost: Cost,
    /// What it cost at the most, the first time apart, when the credential has to be looked up.
    pub most: Cost,
}

/// How it is measured.
#[derive(Debug, Clone, Copy)]
pub struct How<'a> {
    /// How much is in the organisation.
    pub size: Size,
    /// How often each call is made.
    pub times: usize,
    /// Where the functions are as bootstraps; else they run in this process, and no processor time is known.
    pub bootstraps: Option<&'a Path>,
}

/// Measures all calls in an organisation of its own.
///
/// # Errors
/// One of them is not answered as it should be.
pub async fn all(how: How<'_>) -> Result<Measured, Failure> {
    let scene = Scene::open(how.bootstraps).await?;
    crowd::fill(&scene, how.size).await?;
    let mut measured = Measured { size: how.size, calls: vec![], functions: BTreeMap::new() };
    for function in &scene.cloud.template().functions {
        let row = FunctionRow { memory_mb: function.memory, peak_mb: None };
        measured.functions.insert(function.group.clone(), row);
    }
    let listeners = Listeners::open(&scene).await?;
    let (mut of_triggers, mut faults) = (Vec::new(), Vec::new());
    for trigger in triggers::ALL {
        match several(times(how, trigger.varies()), async || of_trigger(&scene, &listeners, trigger).await).await {
            Ok(each) => {
                let call = together(&mut measured, &each, None, trigger.varies())?;
                of_triggers.push((trigger_key(trigger), call));
            }
            Err(error) => faults.push(format!("{}: {error}", trigger_key(trigger))),
        }
    }
    drop(listeners);
    for scenario in scenarios::all() {
        match several(times(how, scenario.varies), async || of_request(&scene, &scenario).await).await {
            Ok(each) => {
                let call = together(&mut measured, &each, scenario.grows, scenario.varies)?;
                measured.calls.push((request_key(&scenario), call));
            }
            Err(error) => faults.push(error.to_string()),
        }
    }
    measured.calls.extend(of_triggers);
    scene.cloud.shutdown().await;
    if faults.is_empty() { Ok(measured) } else { Err(faults.join("\n").into()) }
}

/// How often a call is made: what varies more often, to see how much it is at the most.
const fn times(how: How<'_>, varies: Option<&str>) -> usize {
    if varies.is_some() { how.times * 5 } else { how.times }
}

async fn several<T>(times: usize, mut call: impl AsyncFnMut() -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
    let mut each = Vec::new();
    for _ in 0..times {
        each.push(call().await?);
    }
    Ok(each)
}

/// What the table's rows are about, in their order.
#[must_use]
pub fn entries() -> Vec<Entry> {
    let requests = scenarios::all();
    let requests = requests.iter().map(|scenario| Entry {
        key: request_key(scenario),
        grows: scenario.grows.map(str::to_owned),
        varies: scenario.varies.map(str::to_owned),
    });
    let triggers = triggers::ALL.map(|trigger| Entry {
        key: trigger_key(trigger),
        grows: None,
        varies: trigger.varies().map(str::to_owned),
    });
    requests.chain(triggers).collect()
}

fn request_key(scenario: &Scenario) -> Key {
    Key::new(scenario.contract, scenario.method, scenario.path, scenario.case)
}

fn trigger_key(trigger: Trigger) -> Key {
    let (source, function, case) = trigger.names();
    Key::new("", source, function, case)
}

async fn of_request(scene: &Scene, scenario: &Scenario) -> Result<(Seen, Cost), Failure> {
    let call = scenario.prepare(scene).await?;
    let answer = scene.send(&call).await?;
    if answer.status.as_u16() != scenario.status {
        return Err(format!("{}: {} {}: {}", scenario.name(), call.path, answer.status, answer.text()).into());
    }
    let id = answer.header("x-request-id").ok_or("an answer without X-Request-Id")?;
    let look = async || Ok(scene.watch.first(|seen| seen.id == id));
    let seen = scene.eventually("the call of a request", look).await?;
    Ok((seen.clone(), cost(scene, &seen, 0).await?))
}

async fn of_trigger(scene: &Scene, listeners: &Listeners, trigger: Trigger) -> Result<(Seen, Cost), Failure> {
    let seen = listeners.cause(scene, trigger).await?;
    Ok((seen.clone(), cost(scene, &seen, trigger.polled()).await?))
}

/// What a call cost: of DynamoDB by its line in the log, of other services by its function's relays. To SQS, Lambda's own
/// requests come on top, which pass no relay.
async fn cost(scene: &Scene, seen: &Seen, polled: u32) -> Result<Cost, Failure> {
    let line = scene.eventually("the line of a call", async || Ok(reading::of(&seen.id))).await?;
    let Asked { sqs, ses, s3 } = seen.asked;
    Ok(Cost {
        round_trips: line.round_trips,
        read_units: line.read_units,
        write_units: line.write_units,
        sqs: sqs.writes + polled,
        mails: ses.writes,
        s3_writes: s3.writes,
        s3_reads: s3.reads,
        processor_ms: seen.processor.map(|time| time.as_secs_f64() * 1e3),
    })
}

/// What several calls of one kind come to: the least, since the first one also looks its credential up, and
/// the processor's time in the middle. Of what varies, the most.
fn together(
    measured: &mut Measured,
    each: &[(Seen, Cost)],
    grows: Option<&'static str>,
    varies: Option<&'static str>,
) -> Result<Call, Failure> {
    let (seen, last) = each.last().ok_or("a call that is made no times")?;
    for memory in each.iter().filter_map(|(seen, _)| seen.memory) {
        let row = measured.functions.get_mut(&seen.group).ok_or("a function that the template does not have")?;
        let peak = memory.peak.div_ceil(1024);
        row.peak_mb = Some(row.peak_mb.unwrap_or_default().max(peak));
    }
    let mut times: Vec<f64> = each.iter().filter_map(|(_, cost)| cost.processor_ms).collect();
    times.sort_by(f64::total_cmp);
    let least = each.iter().fold(*last, |least, (_, cost)| least.least(*cost));
    let most = each.iter().skip(1).find(|(_, cost)| !cost.same_units(&least)).map_or(least, |(_, cost)| *cost);
    let shown = if varies.is_some() { each.iter().fold(*last, |most, (_, cost)| most.greatest(*cost)) } else { least };
    let cost = Cost { processor_ms: times.get(times.len() / 2).copied(), ..shown };
    Ok(Call { function: seen.group.clone(), grows, varies, cost, most })
}
