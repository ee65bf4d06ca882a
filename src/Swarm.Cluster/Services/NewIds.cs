using System.Security.Cryptography;
using Swarm.Core;

namespace Swarm.Cluster.Services;

/// <summary>Makes ids of services.</summary>
internal static class NewIds
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>25 characters of base 36 by chance, as Docker's.</summary>
    public static ServiceId Service() => new(RandomNumberGenerator.GetString(Digits, 25));
}
