/** Who may come in, as whom, and what they may do (quay/quay config.py). */
export const accessFields = {
  SERVER_HOSTNAME: {
    type: 'text',
    default: null,
    defaultText: 'the address that is listened on',
    about:
      "The registry's name and port, in challenges, tokens and every Location; never the Host header. Port 0 stands for the one that is listened on.",
  },
  PREFERRED_URL_SCHEME: {
    type: 'scheme',
    default: null,
    defaultText: 'the one that is listened on',
    about: 'The scheme in challenges and in every Location.',
  },
  EXTERNAL_TLS_TERMINATION: {
    type: 'boolean',
    default: false,
    about: 'Something in front of Quay speaks TLS.',
  },
  AUTHENTICATION_TYPE: {
    type: 'text',
    default: 'Database',
    about: 'Where accounts come from. Other types than Database are played as Database.',
  },
  FEATURE_ANONYMOUS_ACCESS: {
    type: 'boolean',
    default: true,
    about: 'Public repositories can be pulled without login.',
  },
  FEATURE_SUPER_USERS: { type: 'boolean', default: true, about: 'There are superusers.' },
  SUPER_USERS: { type: 'texts', default: [], about: 'The usernames of superusers.' },
  FEATURE_SUPERUSERS_FULL_ACCESS: {
    type: 'boolean',
    default: false,
    since: '3.8',
    about: "Superusers may do everything in everybody's namespaces.",
  },
  FEATURE_RESTRICTED_USERS: {
    type: 'boolean',
    default: false,
    since: '3.8',
    about: 'Only superusers may create anything in their own namespaces.',
  },
  FEATURE_USER_CREATION: { type: 'boolean', default: true, about: 'Anybody may create an account.' },
  FEATURE_USER_INITIALIZE: {
    type: 'boolean',
    default: false,
    about: 'The first account may be made by POST /api/v1/user/initialize.',
  },
  FEATURE_MAILING: { type: 'boolean', default: true, about: 'Mails are sent; organizations then need an address.' },
  FEATURE_APP_SPECIFIC_TOKENS: { type: 'boolean', default: true, about: 'Users may log in with application tokens.' },
  FEATURE_REQUIRE_ENCRYPTED_BASIC_AUTH: {
    type: 'boolean',
    default: false,
    about: 'Clients must log in with the encrypted password.',
  },
  ROBOTS_DISALLOW: {
    type: 'boolean',
    default: false,
    since: '3.10',
    about: 'There are no robot accounts.',
  },
  BROWSER_API_CALLS_XHR_ONLY: {
    type: 'boolean',
    default: true,
    about: 'Browsers must say X-Requested-With: XMLHttpRequest to the API.',
  },
} as const
