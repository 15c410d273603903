//! A good request for every route of every contract, and for the cases of it that cost otherwise.
//!
//! A route is asked for by what it is: a new one in a group that is known here needs nothing, any other one has no
//! request until it is given one here, and the table cannot be made without.

mod accounts;
mod beside;
mod bottlecrm;
mod clawprint;
mod crm;
mod namaste;
mod objects;
mod skhokho;

use contracts::REFERENCES;
use contracts::routes::{Method as RouteMethod, Route};
use futures::future::LocalBoxFuture;
use http::Method;

use crate::Failure;
use crate::call::Call;
use crate::scene::Scene;

const SHARED: &str = "the function that works on organisations begins at once, and does a part";

const READS_ON: &str =
    "no index answers the filter: the list is read until the page is full, it ends, or 16 MB were passed over";
/// Lists of the members of a group, which no index has.
const GROUPS: [&str; 4] = ["/api/instructors", "/api/tas", "/api/sales", "/api/operations"];

/// Makes what a request needs, and the request.
type Prepare = Box<dyn for<'a> Fn(&'a Scene) -> LocalBoxFuture<'a, Result<Call, Failure>>>;

/// A request that is measured.
pub struct Scenario {
    /// The contract that is spoken; empty where none is.
    pub contract: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path as the template has it.
    pub path: &'static str,
    /// What is special about it; empty for a route's plain request.
    pub case: &'static str,
    /// The status of its answer.
    pub status: u16,
    /// Why it costs more where there is more data, if it does.
    pub grows: Option<&'static str>,
    /// Why it costs one time more than another, if it does.
    pub varies: Option<&'static str>,
    prepare: Prepare,
}

impl Scenario {
    fn new<F>(contract: &'static str, (method, path): (&'static str, &'static str), status: u16, prepare: F) -> Self
    where
        F: for<'a> Fn(&'a Scene) -> LocalBoxFuture<'a, Result<Call, Failure>> + 'static,
    {
        Self { contract, method, path, case: "", status, grows: None, varies: None, prepare: Box::new(prepare) }
    }

    fn of(contract: &'static str, route: &'static Route) -> Self {
        let (method, status) = (route.method.as_str(), route.status);
        let scenario =
            Self::new(contract, (method, route.path), status, move |scene| Box::pin(good(scene, contract, route)));
        let is_shared = (method, route.path) == ("DELETE", "/api/organisations/{id}");
        let grows = GROUPS.contains(&route.path).then_some(READS_ON);
        Self { varies: is_shared.then_some(SHARED), grows, ..scenario }
    }

    fn case(self, case: &'static str) -> Self {
        Self { case, ..self }
    }

    fn growing(self, why: &'static str) -> Self {
        Self { grows: Some(why), ..self }
    }

    /// Makes what the request needs, and the request: each time for objects of its own.
    ///
    /// # Errors
    /// Nobody knows how, or something is refused.
    pub async fn prepare(&self, scene: &Scene) -> Result<Call, Failure> {
        (self.prepare)(scene).await.map_err(|error| format!("{}: {error}", self.name()).into())
    }

    /// How it is spoken of.
    #[must_use]
    pub fn name(&self) -> String {
        let Self { contract, method, path, case, status: _, grows: _, varies: _, prepare: _ } = self;
        [*contract, *method, *path, *case].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// All requests that are measured: the routes of all contracts in their order, with their cases, and what is served
/// beside them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let routes = REFERENCES.iter().flat_map(|reference| reference.routes().map(|route| (reference.name, route)));
    let mut all: Vec<Scenario> = routes.map(|(contract, route)| Scenario::of(contract, route)).collect();
    let cases = [crm::cases(), clawprint::cases(), skhokho::cases(), namaste::cases(), bottlecrm::cases()];
    for case in cases.into_iter().flatten() {
        let same =
            |known: &Scenario| (known.contract, known.method, known.path) == (case.contract, case.method, case.path);
        let place = all.iter().rposition(same).map_or(all.len(), |place| place + 1);
        all.insert(place, case);
    }
    all.extend(beside::scenarios());
    all
}

/// A route's plain request.
async fn good(scene: &Scene, contract: &'static str, route: &'static Route) -> Result<Call, Failure> {
    if accounts::is_one(route) {
        return accounts::good(scene, route).await;
    }
    match contract {
        "crm" => crm::good(scene, route).await,
        "clawprint" => clawprint::good(scene, route).await,
        "skhokho" => skhokho::good(scene, route).await,
        "namaste" => namaste::good(scene, route).await,
        "bottlecrm" => bottlecrm::good(scene, route).await,
        other => Err(format!("no request is known in the contract {other}").into()),
    }
}

/// Makes an object in a collection of a contract.
///
/// # Errors
/// It is refused.
pub async fn new_object(scene: &Scene, contract: &str, collection: &'static str) -> Result<(), Failure> {
    match contract {
        "namaste" => namaste::make(scene, collection).await.map(drop),
        _ => objects::make(scene, collection).await.map(drop),
    }
}

fn method(route: &Route) -> Method {
    match route.method {
        RouteMethod::Get => Method::GET,
        RouteMethod::Post => Method::POST,
        RouteMethod::Put => Method::PUT,
        RouteMethod::Patch => Method::PATCH,
        RouteMethod::Delete => Method::DELETE,
    }
}

fn unknown(route: &Route) -> Failure {
    format!("no request is known for {} {}", route.method.as_str(), route.path).into()
}
