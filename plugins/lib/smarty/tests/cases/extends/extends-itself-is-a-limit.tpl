{extends file="extends-itself-is-a-limit.tpl"}
