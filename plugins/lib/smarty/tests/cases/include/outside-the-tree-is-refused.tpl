{include file="../../../../etc/hostname"}
