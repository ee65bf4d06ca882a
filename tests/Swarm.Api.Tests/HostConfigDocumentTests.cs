using System.Text.Json.Nodes;
using Swarm.Api.Containers;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Tests;

public sealed class HostConfigDocumentTests
{
    [Fact]
    public void What_a_client_leaves_out_of_a_setting_is_shown_as_its_default()
    {
        var shown = Of("""
            {"HostConfig": {
              "RestartPolicy": {"name": "always"}, "LogConfig": {"Type": ""},
              "PortBindings": {"80/tcp": [{"HostPort": "8080"}, {}], "53/udp": null}}}
            """);

        Assert.Equal("""{"Name":"always","MaximumRetryCount":0}""", shown["RestartPolicy"]!.ToJsonString());
        Assert.Equal("""{"Type":"json-file","Config":{}}""", shown["LogConfig"]!.ToJsonString());
        Assert.Equal(
            """
            {"80/tcp":[{"HostIp":"","HostPort":"8080"},{"HostIp":"","HostPort":""}],"53/udp":null}
            """.Trim(), shown["PortBindings"]!.ToJsonString());
    }

    [Fact]
    public void Nothing_asked_for_is_shown_as_the_defaults()
    {
        var shown = Of("""{"HostConfig": {}}""");

        Assert.Equal("""{"Name":"no","MaximumRetryCount":0}""", shown["RestartPolicy"]!.ToJsonString());
        Assert.Equal("""{"Type":"json-file","Config":{}}""", shown["LogConfig"]!.ToJsonString());
        Assert.Equal("{}", shown["PortBindings"]!.ToJsonString());
    }

    private static JsonObject Of(string asked)
    {
        var id = new ContainerId(new string('a', 64));
        var state = new ContainerState(
            new ContainerDefinition(id, "a", new ContainerSpec { Image = "box" }), ContainerPhase.Created);
        return HostConfigDocument.Of(new ShownContainer(
            state, new StandaloneContainer(id, new StandaloneSettings { Asked = asked }, TaskState.Running)));
    }
}
