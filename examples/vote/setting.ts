/** How many requests a second each service takes. */
export const SETTING = '/examples/vote/requests-per-second';

/** What the cell keeps of proposals: whoever votes watches these keys. */
export const PROPOSALS = '/_internal/proposals/';

/** Two programs and a person. */
export const ELECTORATE = ['ada', 'bruno', 'carla'];
