using System.Text;
using Swarm.Api.Http;

namespace Swarm.Api.Tests;

/// <summary>Bodies that look like JSON: what they are is known before anything is done.</summary>
public sealed class JsonFieldsTests
{
    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":{"\udc00":1}}""")]
    [InlineData("""{"a":{"b":1,"b":2}}""")]
    [InlineData("{\"a\":{\"b\u00ff\":1}}")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{")]
    public void Halves_of_characters_names_that_come_twice_and_what_is_no_object_are_refused(string body)
    {
        var refused = Assert.Throws<ApiException>(() => JsonFields.Parse(Encoding.Latin1.GetBytes(body)));

        Assert.Equal(400, refused.Status);
    }

    [Fact]
    public void Fields_are_found_whatever_their_capitals_and_as_written_first()
    {
        var fields = JsonFields.Parse("""{"image":"box","HOSTCONFIG":{"memory":7,"Memory":8},"env":["A=b"]}"""u8);

        Assert.Equal("box", fields.Text("Image"));
        Assert.True(fields.Has("Env"));
        Assert.Equal(["A=b"], fields.Words("Env"));
        Assert.Equal(8, fields.Object("HostConfig").Number("Memory"));
        Assert.Equal(7, fields.Object("HostConfig").Number("memory"));
        Assert.True(fields.IsDefault("Images"));

        fields.Rename(["Image", "HostConfig", "Cmd"]);
        Assert.Equal(["env", "Image", "HostConfig"], fields.Names);
    }

    [Fact]
    public void Of_a_field_that_is_written_in_several_ways_the_last_gets_its_name()
    {
        var fields = JsonFields.Parse("""{"Memory":1,"cpus":2,"memory":3,"MEMORY":4,"Labels":{"a":"1","A":"2"}}"""u8);

        fields.Rename(["Memory", "Labels"]);

        Assert.Equal(["cpus", "Labels", "Memory"], fields.Names);
        Assert.Equal(4, fields.Number("Memory"));
        Assert.Equal(["A=2", "a=1"], fields.Texts("Labels").Select(label => $"{label.Key}={label.Value}"));
    }

    [Fact]
    public void What_is_passed_over_is_so_however_it_is_written()
    {
        var fields = JsonFields.Parse("""{"KernelMemory":1,"kernelmemory":2,"Memory":3}"""u8);

        fields.Drop("KernelMemory");

        Assert.Equal(["Memory"], fields.Names);
    }

    [Fact]
    public void Too_deep_is_refused_and_nothing_at_all_has_no_fields()
    {
        var deep = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 2000)));

        Assert.Equal(400, Assert.Throws<ApiException>(() => JsonFields.Parse(deep)).Status);
        Assert.Empty(JsonFields.Parse(" null\r\n"u8).Names);
    }
}
