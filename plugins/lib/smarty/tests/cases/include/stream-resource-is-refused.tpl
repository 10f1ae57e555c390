{include file="data://text/plain,abc"}
