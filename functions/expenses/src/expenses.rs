//! Expenses.

use app::App;
use axum::extract::{Query, State};
use axum::response::Response;
use contracts::namaste::accounts::MessageJson;
use contracts::namaste::expenses::{ChangedExpenseJson, EXPENSE, ExpenseBody, ExpenseJson};
use contracts::namaste::paging::{PageJson, PageQuery, invalid_page};
use edge::{BaseUrl, Caller, Failure, IfMatch, InWords, JsonBody, json, object, read};
use http::StatusCode;

type Pairs = Query<Vec<(String, String)>>;

/// A page of the list, or the one that `?id=` names.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Query(pairs): Pairs,
) -> Result<Response, Failure> {
    if let Some(number) = EXPENSE.named(&pairs)? {
        let expense = app.get_expense(caller.actor(), number).await.in_words(|it| EXPENSE.shown(it))?;
        return Ok(object(StatusCode::OK, expense.meta.version, ExpenseJson::from(&expense)));
    }
    let query = PageQuery::read(&pairs)?;
    let page = app.list_expenses(caller.actor(), query.number).await?.ok_or_else(invalid_page)?;
    let rows = page.rows.iter().map(ExpenseJson::from).collect();
    Ok(json(StatusCode::OK, PageJson::new(&query, &format!("{base}/api/expenses/"), None, page.count, rows)?))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<ExpenseBody>(&body)?.into_new()?;
    let expense = app.create_expense(caller.actor(), new).await.in_words(|it| EXPENSE.made(it))?;
    let message = "Expense created successfully!";
    Ok(object(StatusCode::CREATED, expense.meta.version, ChangedExpenseJson { message, expense: (&expense).into() }))
}

pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
    body: Result<JsonBody, Failure>,
) -> Result<Response, Failure> {
    let number = EXPENSE.needed(&pairs)?;
    let change = read::<ExpenseBody>(&body?)?.into_patch()?;
    let expense =
        app.update_expense(caller.actor(), number, change, expected).await.in_words(|it| EXPENSE.edited(it))?;
    let message = "Expense updated successfully!";
    Ok(object(StatusCode::OK, expense.meta.version, ChangedExpenseJson { message, expense: (&expense).into() }))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    let number = EXPENSE.needed(&pairs)?;
    app.delete_expense(caller.actor(), number, expected).await.in_words(|it| EXPENSE.deleted(it))?;
    Ok(json(StatusCode::OK, MessageJson { message: "Expense deleted successfully!" }))
}
