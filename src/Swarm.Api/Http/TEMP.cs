using Swarm.Core.Images;
using System.Diagnostics.CodeAnalysis;
namespace Swarm.Api.Http;
internal static class Temp
{
    extension(ImageReference)
    {
        public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? name, out string error)
        {
            error = text; name = new ImageReference("docker.io", "library/" + text.Split(':')[0], text.Contains(':') ? text.Split(':')[1] : "latest");
            return true;
        }
    }
    public static void GiveTo(uint a, string b) { _ = a; _ = b; }
}
