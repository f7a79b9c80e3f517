// The battle page. Its pure parts are exported, so that tests import the very file that ships.

import "./elements/battle-view";

export { announcement } from "./battle/announce";
export { NOTHING_YET, reduce } from "./battle/state";
export { BlockSplitter } from "./markdown/blocks";
