/** What `start-registry --help` prints. */
export const help = `start-registry: a real OCI registry that starts in milliseconds

Usage: start-registry [command] [flags]

With no command it serves until Ctrl-C or SIGTERM.

Where it listens
  --host ADDRESS          the only address (default: 127.0.0.1 and ::1)
  --port PORT             default 0: one that is free
  --tls                   serve https with a CA and a certificate made now
  --tls-name NAME         one more name or IP for that certificate (repeatable)
  --tls-cert FILE         serve https with this certificate (PEM) ...
  --tls-key FILE          ... and this key
  --ca-out FILE           write the CA that clients must trust to FILE
  --http                  with TLS: serve plain http on the same port as well

What it keeps, and how it behaves
  --storage memory        keep everything in memory (default)
  --storage disk:DIR      keep everything in a folder
  --storage layout:PATH   begin with an OCI image layout, which stays as it is
  --profile NAME          oci (default), or a Quay: quay-3.6, quay-3.7,
                          quay-3.8, quay-3.11, quay-3.12
  --config FILE           a config.yaml of Quay's (then the profile is quay-3.7)
  --sparse                take manifests whose blobs or children are missing
  --no-referrers          have no referrers API, as older registries
  --no-inspector          have no page at / that shows what is in it

Where it gets what it does not have
  --upstream URL          pull it through from this registry, with the login
                          that docker's configuration has for it
  --ca-file FILE          the CA of that registry
  --record DIR            keep what comes from there as an OCI image layout
  --replay DIR            answer from such a recording, without a network

Who may do what
  --user NAME:PASSWORD    somebody who may log in (repeatable)
  --htpasswd FILE         more of them, hashed with bcrypt (htpasswd -B)
  --anonymous WHAT        none, pull or push without login
                          (default: push without accounts, none with)
  --auth token            log in with tokens that it issues (default)
  --auth basic            log in with name and password each time

What tests do with it
  --admin                 let it be steered over http: GET /_start-registry/
                          tells how (requests, faults, snapshots, time)

What goes wrong on purpose
  --fault 'REQUESTS: FAULT'   (repeatable), such as
    --fault 'GET blob team/* nth=2: reset during 1000'
    --fault 'PUT manifest: status 503 retry-after=1 times=2'
  REQUESTS is any, or words that all hold: methods; routes (base, token, tags,
    catalog, manifest, blob, uploads, upload, referrers); a repository with / or
    *, else repository=NAME, with :TAG or @DIGEST; reference= account= path=
    nth=2 nth=2,4 nth=every-3rd probability=0.5 seed= times= once
  FAULT is one of
    status 503 [code= message= retry-after= header="Name: value"]
    rate-limit [limit= window= retry-after=]    hang
    latency 100ms [jitter=50ms]                 slow 10KiB/s [reply|request]
    reset, end [before|unanswered|during [BYTES]|after|request [BYTES]]
    corrupt [OFFSET]    digest-header [DIGEST]  length-header 1|-1
    expired-token       insufficient-scope      redirect [URL]
    drop-chunk          double-chunk            forget-upload    no-referrers

What it says
  --ready-file FILE       write host:port to FILE when it listens
  --json                  one JSON object a line on stdout instead of text
  --quiet                 no request log on stderr
  --help, --version

Commands
  exec [flags] -- COMMAND     run a command against a registry of its own, with
                              every client wired: logged in, CA trusted,
                              REGISTRY and REGISTRY_URL set. All flags above
                              but --json, and:
    --as NAME                 whose login, when there are several --user
    --no-login                nobody's
    --private-home            a HOME of its own as well
    --log                     log requests on stderr
  env                         print what wires clients for a registry that runs
    --url URL                 this one ...
    --ready-file FILE         ... or the one that writes FILE
    --user NAME:PASSWORD, --ca-file FILE
    --home DIR                where the clients' files go (default: new)
    --private-home            set HOME to it as well
    --shell NAME              sh (default), fish, powershell, github
  verify --key FILE REF...    verify cosign's signatures in any registry
                              (start-registry verify --help has its flags)
  scenarios [NAME...]         run end-to-end stories with the real clients
  binaries list               say which real clients are here, and where
  binaries install [NAME...]  build the missing ones with the Go toolchain
    --from DIR                take them from files in DIR that were downloaded
    --offline                 build and install nothing, say what is missing

Examples
  start-registry --port 5000
  start-registry exec --tls --user alice:secret -- npm test
  eval "$(start-registry env --url http://127.0.0.1:5000)"
  start-registry verify --key cosign.pub localhost:5000/team/app:1
  start-registry --tls --ca-out ca.pem --user alice:secret --storage disk:data
`
