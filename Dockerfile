# One image with all programs: har, command-api, query-api, projectors. docker-compose.yml says which one runs.

FROM rust:1.95-slim-bookworm AS rust
WORKDIR /src
RUN cargo install cargo-chef --version 0.1.78 --locked

# The recipe lists the dependencies only, so that a change of our own code leaves the next layer valid.
FROM rust AS plan
COPY . .
RUN cargo chef prepare --recipe-path /recipe.json

FROM rust AS build
COPY --from=plan /recipe.json /recipe.json
RUN cargo chef cook --release --locked --recipe-path /recipe.json
COPY . .
RUN cargo build --release --locked -p cli -p command-api -p query-api -p projectors --bins \
    && mkdir /programs \
    && cp target/release/har target/release/command-api target/release/query-api target/release/projectors /programs/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/har --create-home har \
    && chmod 700 /var/lib/har \
    && install --directory --owner=har --mode=700 /var/lib/har-media
COPY --from=build /programs/ /usr/local/bin/
COPY deploy/healthcheck /usr/local/bin/healthcheck
USER har
WORKDIR /var/lib/har
ENV HAR_DATA_DIR=/var/lib/har HAR_BIND=0.0.0.0
VOLUME /var/lib/har
# The ports of the contract, and the metrics.
EXPOSE 8080 3001 3002 3003 5000 9464
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=6 CMD ["healthcheck"]
CMD ["har", "--help"]
