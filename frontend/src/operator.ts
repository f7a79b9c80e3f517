// The operator's page.

import "./elements/live-numbers";
