//! The first admin, the demo accounts and courses: made once, when the log is empty.

use secrecy::ExposeSecret as _;
use service_kit::settings::Settings;

use super::folder::{DataFolder, FirstStart};
use super::product::Product;
use crate::admin::{create, new_admin};
use crate::demo::{Account, Client, Demo, seed};
use crate::output::say;

/// Whom one can log in as.
pub struct Accounts {
    /// The demo accounts that exist.
    pub demo: Vec<Account>,
    /// The email of the admin that the settings name.
    pub admin_email: Option<String>,
}

/// Makes sure of the first admin and, on a log that was empty, of the demo accounts and courses. What was begun and not
/// ended, because the process was killed, is completed.
///
/// # Errors
/// When a command is refused or a server away.
pub async fn prepare(product: &Product, settings: &Settings, folder: &DataFolder) -> anyhow::Result<Accounts> {
    let demo = Demo::read()?;
    let is_empty = product.log.head().await?.position == 0;
    let state = folder.first_start()?;
    let is_first = is_empty || state == Some(FirstStart::Begun);
    if is_first {
        folder.remember_first_start(FirstStart::Begun)?;
    }
    let admin = demo.admin()?;
    let (email, password, first_name, last_name) = match &settings.admin {
        Some(admin) => (admin.email.as_str(), admin.password.expose_secret(), "Har", "Academy"),
        None => (admin.email.as_str(), admin.password.as_str(), admin.first_name.as_str(), admin.last_name.as_str()),
    };
    // The admin of the settings may be named later than at the first start; the demo one comes with it or never. Done
    // again it changes nothing.
    if is_first || settings.admin.is_some() {
        create(&product.commands, || new_admin(email, password, first_name, last_name)).await?;
    }
    if is_first && settings.demo {
        say(format_args!("Making {} demo courses and {} accounts ...", demo.courses.len(), demo.accounts.len()));
        let client = Client::new(product.bound.gateway(), product.log.head().await?.position);
        seed(&client, &demo, email, password).await?;
    }
    if is_first {
        folder.remember_first_start(FirstStart::Done)?;
    }
    Ok(accounts(demo, settings, is_first || state == Some(FirstStart::Done)))
}

fn accounts(demo: Demo, settings: &Settings, prepared_here: bool) -> Accounts {
    let is_shown = |account: &Account| match (account.is_admin(), &settings.admin) {
        (true, admin) => admin.is_none(),
        (false, _) => settings.demo,
    };
    let accounts = if prepared_here { demo.accounts } else { Vec::new() };
    Accounts {
        demo: accounts.into_iter().filter(is_shown).collect(),
        admin_email: settings.admin.as_ref().map(|admin| admin.email.clone()),
    }
}
