using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Containers;

/// <summary>Why a container could not be started, in the words from which Docker's client takes its exit
/// code.</summary>
internal static class StartFaults
{
    private const int CannotBeFound = 127;
    private const int CannotBeRun = 126;
    private const int Failed = 128;

    /// <summary>The exit code that Docker keeps of such a container.</summary>
    public static int ExitCodeOf(string fault) => fault switch
    {
        _ when Has(fault, "executable file not found") || Has(fault, "no such file or directory") => CannotBeFound,
        _ when Has(fault, "permission denied") || Has(fault, "is a directory") => CannotBeRun,
        _ => Failed,
    };

    /// <summary>The status that Docker answers it with.</summary>
    public static int StatusOf(string fault) => fault switch
    {
        _ when Begins(fault, "No such container: ") || (Begins(fault, "network ") && Has(fault, " not found"))
            => StatusCodes.Status404NotFound,
        _ when Begins(fault, "Bind for ") => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>The message, with the words that clients look for.</summary>
    public static string Explain(string fault) => ExitCodeOf(fault) switch
    {
        CannotBeFound when !Has(fault, "executable file not found") && Has(fault, "executable file") =>
            $"{fault}: executable file not found in $PATH",
        CannotBeRun when !fault.Contains("permission denied", StringComparison.Ordinal)
            && Has(fault, "permission denied") => $"{fault}: permission denied",
        _ => fault,
    };

    /// <remarks>What a user has written comes behind the engine's own words.</remarks>
    private static bool Begins(string fault, string words) => fault.StartsWith(words, StringComparison.Ordinal);

    private static bool Has(string fault, string words) => fault.Contains(words, StringComparison.OrdinalIgnoreCase);
}
