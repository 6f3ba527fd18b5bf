//! What every aggregate does alike: hand a command to its decision, and take in what was decided.

/// Declares the sum of an aggregate's commands and the sum of their errors, and implements [`cqrs_es::Aggregate`].
///
/// A line `AddModule(AddModuleError) by add_module` stands for the command type, its error type, and the method of
/// the aggregate that decides: `fn add_module(&self, AddModule) -> Result<Vec<Event>, AddModuleError>`.
macro_rules! aggregate {
    (
        $aggregate:ident, $commands:ident, $errors:ident {
            $($command:ident($error:ty) by $decide:ident,)+
        }
    ) => {
        #[doc = concat!("What a [`", stringify!($aggregate), "`] can be asked for.")]
        // Variants bear the names of the commands, whatever they have in common.
        #[allow(clippy::enum_variant_names)]
        #[derive(Clone, Debug, PartialEq)]
        pub enum $commands {
            $(
                #[doc = concat!("See [`", stringify!($command), "`].")]
                $command($command),
            )+
        }

        $(impl From<$command> for $commands {
            fn from(command: $command) -> Self {
                Self::$command(command)
            }
        })+

        #[doc = concat!("Why a [`", stringify!($aggregate), "`] refused: the error of the command's own decision.")]
        #[allow(clippy::enum_variant_names)]
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum $errors {
            $(
                #[doc = concat!("Of [`", stringify!($command), "`].")]
                #[error(transparent)]
                $command(#[from] $error),
            )+
        }

        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str =
                <<Self as events::Fold>::Event as events::StreamEvent>::STREAM_TYPE.as_str();
            type Command = $commands;
            type Event = <Self as events::Fold>::Event;
            type Error = $errors;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                _services: &(),
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                let events = match command {
                    $($commands::$command(command) => self.$decide(command)?,)+
                };
                for event in events {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: Self::Event) {
                events::Fold::apply(self, &event);
            }
        }
    };
}
pub(crate) use aggregate;
