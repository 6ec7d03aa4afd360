//! Letters beside the month's own, drawn when they are asked for: for whoever words letters, to be read and sent by them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{
    ClosedOccasion, Document, OccasionError, OccasionLetterError, catalogue_in, draw_closed_occasion, draw_last_breach,
    draw_maintenance,
};
use sla_core::catalogue::Name;
use sla_core::time::Month;

use crate::api::Api;
use crate::catalogue::sees;
use crate::documents::{Listed, OfDocument, attached, requested};
use crate::extract::{InPath, InQuery, Who};
use crate::months::{OfMonth, RevisionQuery};
use crate::problem::Problem;

/// A letter that there may be occasion for.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OccasionView {
    /// What it is about.
    kind: Kind,
    /// What it says, in Markdown; null where there is no occasion.
    text: Option<String>,
    /// The letter as files; none where there is no occasion.
    documents: Vec<Listed>,
    /// Why there is no occasion; null where there is one.
    refused: Option<Refused>,
}

/// What a letter beside the month's own is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LetterKind")]
pub(crate) enum Kind {
    /// An error budget is used up while the month runs.
    Breach,
    /// What a month gives was decided.
    Credit,
    /// A month was computed anew.
    Restatement,
    /// Maintenance is ahead.
    Maintenance,
    /// Twelve months were kept.
    Year,
}

impl From<ClosedOccasion> for Kind {
    fn from(occasion: ClosedOccasion) -> Self {
        match occasion {
            ClosedOccasion::Credit => Self::Credit,
            ClosedOccasion::Restatement => Self::Restatement,
            ClosedOccasion::Year => Self::Year,
        }
    }
}

/// Why there is nothing to write about.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Refused {
    /// A stable name of the reason, such as `occasion.no_credit`.
    code: String,
    /// The reason, in English.
    detail: String,
}

impl OccasionView {
    fn of(kind: Kind, drawn: Result<Vec<Document>, OccasionLetterError>) -> Result<Self, Problem> {
        match drawn {
            Ok(documents) => {
                let text = documents.iter().find(|document| document.name.ends_with(".md"));
                let text = text.map(|document| String::from_utf8_lossy(&document.bytes).into_owned());
                Ok(Self { kind, text, documents: documents.iter().map(Listed::of).collect(), refused: None })
            }
            Err(error) if error.is_no_occasion() => {
                let refused = Refused { code: error.code().to_owned(), detail: error.to_string() };
                Ok(Self { kind, text: None, documents: Vec::new(), refused: Some(refused) })
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl From<OccasionLetterError> for Problem {
    fn from(error: OccasionLetterError) -> Self {
        match error {
            OccasionLetterError::Documents(error) => error.into(),
            OccasionLetterError::Occasion(OccasionError::Report(error)) => error.into(),
            error => Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error.to_string()),
        }
    }
}

/// Letters about a closed month.
pub(crate) async fn list(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Json<Vec<OccasionView>>, Problem> {
    let templates = api.templates();
    let request = requested(&api, &who, (&of, query.revision), &templates).await?;
    let mut views = Vec::new();
    for occasion in ClosedOccasion::ALL {
        let drawn = draw_closed_occasion(&who.ledger(&api), &request, occasion).await;
        views.push(OccasionView::of(occasion.into(), drawn)?);
    }
    Ok(Json(views))
}

pub(crate) async fn download(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, month, name)): InPath<OfDocument>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Response, Problem> {
    let of = (tenant, contract, month);
    let templates = api.templates();
    let request = requested(&api, &who, (&of, query.revision), &templates).await?;
    let mut all = Vec::new();
    for occasion in ClosedOccasion::ALL {
        all.extend(there(draw_closed_occasion(&who.ledger(&api), &request, occasion).await)?);
    }
    attached(&name, all)
}

/// What was drawn; nothing where there is no occasion.
fn there(drawn: Result<Vec<Document>, OccasionLetterError>) -> Result<Vec<Document>, Problem> {
    match drawn {
        Err(error) if error.is_no_occasion() => Ok(Vec::new()),
        drawn => Ok(drawn?),
    }
}

/// Which month's maintenance is told of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunningQuery {
    /// The month in which maintenance begins, YYYY-MM.
    month: Month,
}

/// A tenant and a contract of it.
type Whose = (Name, Name);

/// What may be told of a month that runs.
async fn running(
    api: &Api,
    who: &Who,
    (tenant, contract): &Whose,
    month: Month,
) -> Result<[(Kind, Result<Vec<Document>, OccasionLetterError>); 2], Problem> {
    if !sees(who, Some(tenant.as_str())) {
        return Err(Problem::not_found("the contract"));
    }
    let catalogue = catalogue_in(api.catalogue(), &api.ledger).await?;
    if !catalogue.contracts.iter().any(|((name, _), one)| name == contract && one.spec.tenant == *tenant) {
        return Err(Problem::not_found("the contract"));
    }
    let whose = (tenant.as_str(), Some(contract.as_str()));
    let (templates, now) = (api.templates(), api.now());
    let breach = draw_last_breach(&api.ledger, &catalogue, whose, &templates).await;
    let of = (tenant.clone(), contract.clone());
    let plan = move || draw_maintenance(&catalogue, (of.0.as_str(), Some(of.1.as_str())), (month, now), &templates);
    let maintenance = tokio::task::spawn_blocking(plan).await.expect("planning does not panic");
    Ok([(Kind::Breach, breach), (Kind::Maintenance, maintenance)])
}

/// Letters about a month that runs.
pub(crate) async fn list_running(
    State(api): State<Api>,
    who: Who,
    InPath(whose): InPath<Whose>,
    InQuery(RunningQuery { month }): InQuery<RunningQuery>,
) -> Result<Json<Vec<OccasionView>>, Problem> {
    let drawn = running(&api, &who, &whose, month).await?;
    let views = drawn.into_iter().map(|(kind, drawn)| OccasionView::of(kind, drawn));
    Ok(Json(views.collect::<Result<_, _>>()?))
}

pub(crate) async fn download_running(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, name)): InPath<(Name, Name, String)>,
    InQuery(RunningQuery { month }): InQuery<RunningQuery>,
) -> Result<Response, Problem> {
    let mut all = Vec::new();
    for (_, drawn) in running(&api, &who, &(tenant, contract), month).await? {
        all.extend(there(drawn)?);
    }
    attached(&name, all)
}
