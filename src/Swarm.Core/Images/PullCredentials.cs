using Nerdbank.MessagePack;

namespace Swarm.Core.Images;

/// <summary>What nodes show to the registry of a service's image.</summary>
/// <remarks>Kept with the service, sent to the nodes that run it, and told to nobody else.</remarks>
/// <param name="Registry">Host and port; no other registry is shown it.</param>
/// <param name="IdentityToken">Stands for a password, and is exchanged for tokens.</param>
public sealed record PullCredentials(
    [property: Key(0)] string Registry, [property: Key(1)] string User = "", [property: Key(2)] string Password = "",
    [property: Key(3)] string IdentityToken = "", [property: Key(4)] string RegistryToken = "")
{
    /// <summary>Whether it is for the registry of an image.</summary>
    public bool AreFor(string image) =>
        ImageReference.TryParse(image, out var reference, out _) && reference.Registry == Registry;

    /// <summary>Says for which registry it is, and nothing of what is shown to it.</summary>
    public override string ToString() => $"credentials for {Registry}";
}
