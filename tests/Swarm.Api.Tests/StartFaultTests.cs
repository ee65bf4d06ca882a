using Swarm.Api.Containers;

namespace Swarm.Api.Tests;

/// <summary>What is answered for a container that could not be started.</summary>
public sealed class StartFaultTests
{
    [Theory]
    [InlineData("network shop not found", 404)]
    [InlineData("No such container: db", 404)]
    [InlineData("Bind for 0.0.0.0:80 failed: port is already allocated: host port 80/tcp is taken by web", 500)]
    [InlineData("exec: \"nosuch\": executable file not found in $PATH", 400)]
    [InlineData("exec: \"No such container: x\": executable file not found in $PATH", 400)]
    [InlineData("exec: \"Bind for x failed: port is already allocated: x\": executable file not found in $PATH", 400)]
    [InlineData("unable to find user joe: no matching entries in passwd file", 400)]
    [InlineData("bind source path does not exist: /network shop not found", 400)]
    public void What_is_missing_is_404_and_what_the_host_has_given_away_is_500(string fault, int status) =>
        Assert.Equal(status, StartFaults.StatusOf(fault));

    [Theory]
    [InlineData("exec: \"nosuch\": executable file not found in $PATH", 127)]
    [InlineData("exec: \"/etc\": permission denied: it is not an executable file", 126)]
    [InlineData("Bind for 0.0.0.0:80 failed: port is already allocated: host port 80/tcp is taken by web", 128)]
    public void Clients_find_the_exit_code_in_the_words(string fault, int code) =>
        Assert.Equal(code, StartFaults.ExitCodeOf(fault));
}
