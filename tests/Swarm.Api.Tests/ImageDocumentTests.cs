using System.Text;
using Swarm.Api.Images;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;

namespace Swarm.Api.Tests;

public sealed class ImageDocumentTests
{
    [Theory]
    [InlineData("""{"Env":[],"Cmd":[],"Entrypoint":[]}""", """{"Env":null,"Cmd":null,"Entrypoint":null}""")]
    [InlineData("""{"Env":["A="],"Cmd":[""],"Other":[]}""", """{"Env":["A="],"Cmd":[""],"Other":[]}""")]
    [InlineData("null", "{}")]
    public void A_list_without_anything_in_it_is_shown_as_nothing(string stored, string shown)
    {
        var image = new StoredImage(Digest.Of("i"u8), Digest.Of("m"u8), [], new ImageConfiguration(), Bytes.Zero);

        var document = ImageDocument.Inspect(
            new ImageDetail(image, Encoding.UTF8.GetBytes($"{{\"config\":{stored}}}"), []));

        Assert.Equal(shown, document["Config"]!.ToJsonString());
    }
}
