//! Routes by service.

use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The routes of each service, with paths as the contract writes them behind `/api/v1` (`/courses/{id}`); `S` is the
/// state that they still need.
///
/// Two of these may know the same path with different methods, and must then name its parameters alike (`{id}`).
pub struct ServiceRouters<S = ()> {
    /// Auth.
    pub auth: OpenApiRouter<S>,
    /// Course.
    pub course: OpenApiRouter<S>,
    /// Payment.
    pub payment: OpenApiRouter<S>,
    /// AI Core.
    pub ai: OpenApiRouter<S>,
    /// `/admin`, which only the gateway serves.
    pub admin: OpenApiRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Default for ServiceRouters<S> {
    fn default() -> Self {
        Self {
            auth: OpenApiRouter::default(),
            course: OpenApiRouter::default(),
            payment: OpenApiRouter::default(),
            ai: OpenApiRouter::default(),
            admin: OpenApiRouter::default(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> ServiceRouters<S> {
    /// The routes of both. The same path with other methods becomes one route that knows them all.
    ///
    /// # Panics
    /// When both have the same method of the same path, or name a path's parameters differently: such a process can't
    /// start.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            auth: self.auth.merge(other.auth),
            course: self.course.merge(other.course),
            payment: self.payment.merge(other.payment),
            ai: self.ai.merge(other.ai),
            admin: self.admin.merge(other.admin),
        }
    }

    /// The routes with the state that they need.
    #[must_use]
    pub fn with_state(self, state: &S) -> ServiceRouters {
        ServiceRouters {
            auth: self.auth.with_state(state.clone()),
            course: self.course.with_state(state.clone()),
            payment: self.payment.with_state(state.clone()),
            ai: self.ai.with_state(state.clone()),
            admin: self.admin.with_state(state.clone()),
        }
    }

    /// The documents of all services in one, paths without prefix; a part for [`document`](crate::document).
    #[must_use]
    pub fn openapi(&self) -> OpenApi {
        let mut all = self.auth.get_openapi().clone();
        for service in [&self.course, &self.payment, &self.ai, &self.admin] {
            all.merge(service.get_openapi().clone());
        }
        all
    }
}
