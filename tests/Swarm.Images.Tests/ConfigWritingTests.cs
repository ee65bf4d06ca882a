using System.Text;
using System.Text.Json.Nodes;
using Swarm.Images.Manifests;

namespace Swarm.Images.Tests;

public sealed class ConfigWritingTests
{
    [Theory]
    [InlineData("""{"Test":["CMD","a"]}""")]
    [InlineData("""{"Test":["CMD","a"],"Interval":30000000000,"Timeout":30000000000,"Retries":3}""")]
    [InlineData("""{"Test":["CMD","a"],"StartPeriod":1000000000,"StartInterval":5000000000}""")]
    [InlineData("""{"Test":["CMD","a"],"Interval":1000000000,"Retries":1}""")]
    public void A_health_check_is_written_as_it_was_read(string check)
    {
        var config = $$$"""{"config":{"Healthcheck":{{{check}}}},"rootfs":{"type":"layers","diff_ids":[]}}""";
        var image = ConfigDocument.Read(Encoding.UTF8.GetBytes(config), "image");

        var written = JsonNode.Parse(ConfigWriting.Write(image.Configuration, []))!;

        Assert.Equal(check, written["config"]!["Healthcheck"]!.ToJsonString());
    }
}
