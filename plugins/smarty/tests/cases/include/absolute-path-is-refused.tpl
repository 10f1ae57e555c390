{include file="/etc/hostname"}
