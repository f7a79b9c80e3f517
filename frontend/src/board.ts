// The leaderboard page.

import "./elements/sortable-table";
