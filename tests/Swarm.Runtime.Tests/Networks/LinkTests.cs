using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Tests.Networks;

public sealed class LinkTests
{
    private static readonly LinkedContainer Db = new("app", "my-db", "db", "dbhost", "172.30.0.2")
    {
        Ports = ["5432/tcp", "53/udp", "8001/tcp", "8000/tcp", "nonsense"],
        Environment = ["PGDATA=/data", "PATH=/bin", "HOME=/root", "EMPTY=", "NOVALUE"],
    };

    [Fact]
    public void A_link_is_told_in_the_variables_that_programs_of_docker_look_for()
    {
        string[] variables = [.. Db.Variables()];

        string[] expected =
        [
            "MY_DB_PORT=tcp://172.30.0.2:5432", "MY_DB_PORT_5432_TCP=tcp://172.30.0.2:5432",
            "MY_DB_PORT_5432_TCP_ADDR=172.30.0.2", "MY_DB_PORT_5432_TCP_PORT=5432", "MY_DB_PORT_5432_TCP_PROTO=tcp",
            "MY_DB_PORT_53_UDP=udp://172.30.0.2:53", "MY_DB_PORT_8000_TCP_START=tcp://172.30.0.2:8000",
            "MY_DB_PORT_8000_TCP_PORT_END=8001", "MY_DB_NAME=/app/my-db", "MY_DB_ENV_PGDATA=/data",
            "MY_DB_ENV_EMPTY=",
        ];
        Assert.All(expected, variable => Assert.Contains(variable, variables));
        Assert.DoesNotContain(variables, variable => variable.Contains("PATH", StringComparison.Ordinal)
            || variable.Contains("HOME", StringComparison.Ordinal)
            || variable.Contains("NOVALUE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_linked_container_is_known_by_its_alias_its_host_name_and_its_name()
    {
        Assert.Equal("my-db dbhost db", string.Join(' ', Db.HostNames));
        Assert.Equal("db dbhost", string.Join(' ', (Db with { Alias = "db" }).HostNames));
    }

    [Fact]
    public void Lines_of_etc_hosts_are_added_moved_and_taken_away_and_those_of_others_stay()
    {
        var text = "127.0.0.1\tlocalhost\n172.30.0.2\tmy-db dbhost db\n# 172.30.0.2 my-db dbhost db\n10.0.0.1 own";

        var moved = HostsFile.Move(text, Db.HostNames, "172.30.0.9");
        var added = HostsFile.Add(moved, "10.77.0.2", ["web.example", "web"]);

        Assert.Equal(
            "127.0.0.1\tlocalhost\n172.30.0.9\tmy-db dbhost db\n# 172.30.0.2 my-db dbhost db\n10.0.0.1 own\n"
            + "10.77.0.2\tweb.example web\n",
            added);
        Assert.Equal(moved, HostsFile.Remove(added, "10.77.0.2", ["web.example", "web"]));
    }
}
