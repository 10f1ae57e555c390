a
{exec('id')}
