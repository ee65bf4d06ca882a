namespace Swarm.Images.Registry;

/// <summary>What somebody shows to a registry. Never logged, never kept.</summary>
/// <param name="IdentityToken">Stands for a password, and is exchanged for tokens.</param>
/// <param name="RegistryToken">Is shown as it is.</param>
public sealed record RegistryCredentials(
    string User = "", string Password = "", string IdentityToken = "", string RegistryToken = "")
{
    public static RegistryCredentials None { get; } = new();

    public bool HasPassword => User.Length > 0;

    public override string ToString() => User.Length > 0 ? $"credentials of {User}" : "credentials";
}
