//! Fills the embedded ledger of a demo with many customers, for those who look at the interface at size.
//!
//! `fill_ledger LEDGER.sqlite CUSTOMERS MONTHS`

mod filling;

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, customers, months] = arguments.as_slice() else {
        return Err("expected LEDGER.sqlite CUSTOMERS MONTHS".into());
    };
    let mut ledger = SqliteConnection::connect(&format!("sqlite:{file}")).await?;
    let mut whole = ledger.begin().await?;
    for statement in filling::statements(customers.parse()?, months.parse()?) {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *whole).await?;
    }
    whole.commit().await?;
    ledger.close().await?;
    Ok(())
}
