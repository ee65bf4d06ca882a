using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images.Trees;
using Swarm.Runtime.Consoles;

namespace Swarm.Runtime.Builds;

/// <summary>Runs the program of a step in a container of its own, which is gone at the end, whatever comes.</summary>
internal sealed class StepContainer(BuildSurroundings surroundings, BuildRequest request, IBuildOutput output)
{
    /// <summary>Tells a container of a build from those that somebody started.</summary>
    public const string Label = "swarm.build.step";

    private IContainerEngine Engine => surroundings.Engine;

    /// <returns>The image with what the program changed.</returns>
    /// <exception cref="BuildException">It could not be run, or failed.</exception>
    public async Task<Digest> RunAsync(
        StageState state, ImmutableArray<string> program, ImageCommit commit, CancellationToken cancellation)
    {
        var id = MountedRoot.NewId();
        try
        {
            await Engine.CreateAsync(Define(id, state, program), cancellation);
            await output.WriteAsync($" ---> Running in {id.Short}\n", cancellation);
            await using (var console = await Engine.Consoles.AttachAsync(
                id, new ConsoleStreams(Input: false, Output: true, Error: true), cancellation))
            {
                await Engine.StartAsync(id, cancellation);
                await PassAsync(console, cancellation);
            }

            var code = await EndOfAsync(id, cancellation);
            if (code != 0)
            {
                throw new BuildException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The command '{string.Join(' ', program)}' returned a non-zero code: {code}"),
                    exitCode: code);
            }

            var image = await Engine.Files.CommitAsync(id, commit, pause: false, cancellation);
            await Engine.RemoveAsync(id, cancellation);
            await output.WriteAsync($"Removing intermediate container {id.Short}\n", cancellation);
            return image;
        }
        catch (ContainerException refused)
        {
            throw new BuildException(refused.Message, cause: refused);
        }
        finally
        {
            // Does nothing where it is gone.
            await Engine.RemoveAsync(id, CancellationToken.None);
        }
    }

    private ContainerDefinition Define(ContainerId id, StageState state, ImmutableArray<string> program) => new(
        id, $"build-{id.Short}", request.Running with
        {
            Image = state.Image.Value,
            PinnedImage = state.Image,
            Entrypoint = [],
            Command = program,
            Environment = state.ForProgram,
            HealthCheck = new HealthCheck(["NONE"]),
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add(Label, "1"),
        })
    {
        IsPassing = true,
    };

    private async Task PassAsync(IConsoleSession console, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        // A letter may be parted between two pieces.
        var (decoder, errors) = (Encoding.UTF8.GetDecoder(), Encoding.UTF8.GetDecoder());
        var letters = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
        while (await console.ReadAsync(buffer, cancellation) is { Length: > 0 } read)
        {
            var isError = read.Stream == ConsoleStream.Error;
            var count = (isError ? errors : decoder).GetChars(buffer.AsSpan(0, read.Length), letters, flush: false);
            if (count == 0) continue;
            var text = new string(letters, 0, count);
            await (isError ? output.WriteErrorAsync(text, cancellation) : output.WriteAsync(text, cancellation));
        }
    }

    /// <remarks>More may happen on the host while a step lasts than is kept for anybody: what is, counts, and what is
    /// heard only says when to look.</remarks>
    private async Task<int> EndOfAsync(ContainerId id, CancellationToken cancellation)
    {
        while (true)
        {
            // From here on no end is missed.
            using var listening = Engine.Events.Listen();
            var seen = Engine.Find(id)
                ?? throw new BuildException($"container {id.Short} was removed while it was built in");
            if (seen is { Phase: ContainerPhase.Ended, Exit: { } exit }) return exit.ExitCode;
            await foreach (var happened in listening.Next.ReadAllAsync(cancellation))
            {
                if (happened.Id == id.Value && happened.Action is "die" or "destroy") break;
            }
        }
    }
}
