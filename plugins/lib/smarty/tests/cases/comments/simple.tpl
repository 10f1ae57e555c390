a{* gone *}b
{**}c{***}d
