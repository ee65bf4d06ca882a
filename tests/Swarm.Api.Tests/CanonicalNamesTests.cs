using System.Text;
using Swarm.Api.Containers;
using Swarm.Api.Http;

namespace Swarm.Api.Tests;

public sealed class CanonicalNamesTests
{
    [Theory]
    [InlineData("""{"user":"a","hostconfig":{"memory":7}}""", """{"User":"a","HostConfig":{"Memory":7}}""")]
    [InlineData("""{"HostConfig":{"Privileged":true,"privileged":false}}""", """{"HostConfig":{"Privileged":false}}""")]
    [InlineData("""{"HostConfig":{"ulimits":[{"name":"a","Soft":1}]}}""",
        """{"HostConfig":{"Ulimits":[{"Soft":1,"Name":"a"}]}}""")]
    [InlineData("""{"HostConfig":{"Mounts":[{"type":"volume","volumeOptions":{"nocopy":true}}]}}""",
        """{"HostConfig":{"Mounts":[{"Type":"volume","VolumeOptions":{"NoCopy":true}}]}}""")]
    [InlineData("""{"healthcheck":{"interval":7}}""", """{"Healthcheck":{"Interval":7}}""")]
    [InlineData("""{"HostConfig":{"Mounts":7,"Devices":[null,7]}}""", null)]
    public void Fields_get_the_names_that_Docker_gives_them(string asked, string? named) =>
        Assert.Equal(named ?? asked, Named(asked));

    [Theory]
    [InlineData("""{"Labels":{"memory":"a","MEMORY":"b"},"HostConfig":{"Sysctls":{"Name":"1"},"Tmpfs":{"/A":""}}}""")]
    [InlineData("""{"HostConfig":{"Mounts":[{"VolumeOptions":{"Labels":{"type":"a"}}}],"StorageOpt":{"Size":"1"}}}""")]
    public void Names_that_are_what_is_said_stay_as_they_are(string asked) => Assert.Equal(asked, Named(asked));

    private static string Named(string asked)
    {
        var fields = JsonFields.Parse(Encoding.UTF8.GetBytes(asked));
        CanonicalNames.Give(fields);
        return fields.Node.ToJsonString();
    }
}
